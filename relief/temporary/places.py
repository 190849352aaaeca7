"""How 临时救助 joins the house: formula, flows, papers, menu, panels, to-do list, figures."""


def join() -> None:
    """Called once when the program starts."""
    from core import places, tones
    from district.scope import works_on
    from relief.temporary import documents, figures, forms, panels, rules, workflow
    from relief.temporary.models import AdvanceState

    rules.register_formulas()
    documents.register_papers()
    forms.register_asks()
    assert workflow.TEMPORARY and workflow.TEMPORARY_URGENT
    tones.register(
        {
            AdvanceState.PROPOSED: "go",
            AdvanceState.PAID: "warn",
            AdvanceState.SETTLED: "ok",
            AdvanceState.TO_RECOVER: "bad",
            AdvanceState.RECOVERED: "end",
            AdvanceState.REFUSED: "end",
        }
    )
    places.menu.add(
        "业务",
        "临时救助",
        "relief:temporary",
        roles=panels.SEEING,
        order=114,
        count=panels.open_cases,
        when=works_on("relief"),
    )
    places.menu.add(
        "业务", "备用金", "relief:reserves", roles=panels.SEEING, order=116, when=works_on("relief")
    )
    for place in ("household", "person"):
        places.panels.add(
            place,
            37,
            render=panels.grants,
            title="临时救助",
            key="temporary",
            side=True,
            roles=panels.SEEING,
        )
    places.todos.add(panels.todo_items)
    places.figures.add("临时救助", figures.provider, order=130)
