from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "orgs"
    verbose_name = "社会组织"

    def ready(self):
        from orgs import documents, importing, workflow

        assert workflow.ESTABLISH
        assert importing.OrgImporter.kind == "orgs"  # reading the module makes the ledger known
        documents.register_papers()
        colour_states()
        join_pages()
        reveal_numbers()


def colour_states() -> None:
    """How each state stands in lists and on pages."""
    from core import tones
    from orgs.models import CertificateState, Conclusion, MeasureState, OrgState, ReportState

    tones.register(
        {
            OrgState.ACTIVE: "ok",
            OrgState.EXCEPTION: "bad",
            OrgState.CANCELLED: "end",
            OrgState.REVOKED: "end",
            CertificateState.VALID: "ok",
            CertificateState.REPLACED: "end",
            CertificateState.SPOILED: "bad",
            CertificateState.RETURNED: "end",
            ReportState.DUE: "end",
            ReportState.SUBMITTED: "go",
            ReportState.RETURNED: "warn",
            ReportState.COMPLETE: "go",
            ReportState.PROPOSED: "go",
            ReportState.CONCLUDED: "ok",
            Conclusion.PASS: "ok",
            Conclusion.BASIC: "warn",
            Conclusion.FAIL: "bad",
            MeasureState.PROPOSED: "warn",
            MeasureState.DECIDED: "end",
            MeasureState.REJECTED: "end",
        }
    )


def join_pages() -> None:
    """Menu, to-do list, search, figures and what the person page shows."""
    from typing import Any

    from core import places
    from orgs import figures, panels

    menu: dict[str, Any] = {"roles": panels.SEEING, "when": panels.sees}
    places.menu.add("社会组织", "登记事项", "orgs:applications", order=150, count=panels.open_acts,
                    urgent=panels.overdue_acts, **menu)  # fmt: skip
    places.menu.add("社会组织", "社会组织名册", "orgs:organisations", order=152, **menu)
    places.menu.add("社会组织", "年度检查", "orgs:campaigns", order=154, count=panels.to_confirm, **menu)
    places.menu.add("社会组织", "登记证书", "orgs:certificates", order=156, **menu)
    places.todos.add(panels.todo_items, pressing=panels.pressing)
    places.search.add(panels.search, order=40)
    places.figures.add("社会组织", figures.figures, order=140)
    places.panels.add("person", 45, render=panels.of_person, roles=panels.SEEING, title="社会组织",
                      key="orgs", count=panels.count_of_person, side=True)  # fmt: skip


def reveal_numbers() -> None:
    """What is masked until somebody says why he looks."""
    from operator import attrgetter

    from core import places
    from orgs import panels
    from orgs.models import Organisation

    def reveal(name: str, label: str) -> None:
        places.reveals.add(
            f"organisation.{name}",
            queryset=lambda user: Organisation.objects.visible_to(user),
            value=attrgetter(name),
            target=lambda one: f"{one} {label}",
            roles=panels.SEEING,
        )

    reveal("representative_id", "法定代表人身份证号")
    reveal("phone", "联系电话")
