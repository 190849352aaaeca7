"""Where 特困 shows itself: formulas, papers, menu, to-do list, panels, figures; called once when the program starts."""

from core import places
from district.scope import works_on


def join() -> None:
    from relief.tekun import documents, figures, importing, panels, rules, workflow

    rules.register_formulas()
    documents.register_papers()
    assert workflow.TEKUN and workflow.TEKUN_CHANGE
    assert importing.TekunImporter.kind == "tekun"  # reading the module makes the ledger known
    places.menu.add("业务", "新建特困申请", "relief:tekun_find", roles={"township_clerk"}, order=112)
    places.menu.add(
        "对象",
        "特困供养",
        "relief:tekun",
        roles=panels.SEEING,
        order=230,
        count=panels.reviews_due,
        urgent=panels.reviews_late,
        when=works_on("relief"),
    )
    places.todos.add(panels.todo_items, panels.pressing)
    for place in ("household", "person", "entitlement"):
        places.panels.add(
            place, 36, render=panels.holdings, title="特困供养", key="tekun", side=True, roles=panels.SEEING
        )
    places.panels.add(
        "institution", 30, render=panels.institution_panel, title="特困人员", key="tekun", roles=panels.SEEING
    )
    places.figures.add("特困供养", figures.year, order=120)
