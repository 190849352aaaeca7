from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = "办案"

    def ready(self):
        from casework import todos
        from casework.models import CaseState
        from core import places, tones

        seeing = {*todos.ACTING, "leader", "auditor"} - {"registrar"}
        tones.register(
            {
                CaseState.OPEN: "go",
                CaseState.GRANTED: "ok",
                CaseState.REFUSED: "bad",
                CaseState.WITHDRAWN: "end",
                CaseState.CLOSED: "end",
            }
        )
        places.menu.add(
            "业务",
            "在办案件",
            "casework:case-list",
            roles=seeing,
            order=120,
            count=todos.open_cases,
            urgent=todos.overdue_cases,
        )
        places.menu.add("业务", "公示", "casework:notices", roles=seeing, order=130, count=todos.notices_up)
        places.todos.add(todos.todo_items, pressing=todos.pressing)
        # Registrars have a desk and lists of their own.
        places.workbench.add(todos.figures, order=10, roles=set(todos.ACTING) - {"registrar"})
        places.search.add(todos.search, order=30)
        for place, field in (("person", "person"), ("household", "household")):
            places.panels.add(
                place,
                40,
                render=todos.panel_for(field),
                roles=seeing,
                title="案件",
                key="cases",
                count=todos.count_for(field),
                side=True,
            )
