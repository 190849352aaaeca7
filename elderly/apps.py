from django.apps import AppConfig


class ElderlyConfig(AppConfig):
    name = "elderly"
    verbose_name = "老龄"

    def ready(self):
        from core import places, tones
        from elderly import documents, forms, importing, panels, rules, workflow
        from elderly.models import ListState, Origin

        rules.register_formulas()
        documents.register_papers()
        forms.register_asks()
        assert workflow.ALLOWANCE_FLOW
        assert importing.AllowanceImporter.kind == "allowance"  # reading the module makes the ledger known
        tones.register(
            {
                ListState.OPEN: "go",
                ListState.SENT: "warn",
                ListState.DONE: "ok",
                Origin.OVERDUE: "warn",
                Origin.TRANSITION: "go",
            }
        )
        add_places(places, panels)


def add_places(places, panels) -> None:
    """Menu, to-do list and the blocks on pages of the rooms below."""
    seeing = panels.SEEING
    places.menu.add(
        "老龄",
        "高龄名单",
        "elderly:lists",
        roles=seeing,
        order=160,
        count=panels.lists_waiting,
        urgent=panels.lists_late,
        when=panels.on_line,
    )
    places.menu.add(
        "老龄",
        "登记申请",
        "elderly:find",
        roles={"township_clerk"},
        order=161,
    )
    places.menu.add(
        "老龄",
        "生存认证",
        "elderly:proofs",
        roles=seeing,
        order=162,
        count=panels.proofs_waiting,
        when=panels.on_line,
    )
    places.menu.add("老龄", "年龄段标准", "elderly:bands", roles=seeing, order=163, when=panels.on_line)
    places.todos.add(panels.todo_items, pressing=panels.pressing)
    places.panels.add(
        "person", 36, panels.of_person, roles=seeing, title="高龄津贴", key="old-age", side=True
    )
    places.panels.add(
        "entitlement", 36, panels.of_entitlement, roles=seeing, title="生存认证", key="proofs", side=True
    )
    places.panels.add(
        "workbench",
        60,
        panels.by_village,
        roles={"township_clerk", "township_leader"},
        title="生存认证进度",
        key="proof-progress",
        side=True,
    )
