from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "orgs"
    verbose_name = "社会组织"

    def ready(self):
        from core import places, tones
        from orgs import documents, figures, importing, panels, workflow
        from orgs.models import (
            CertificateState,
            Conclusion,
            MeasureState,
            Organisation,
            OrgState,
            ReportState,
        )

        assert workflow.ESTABLISH
        assert importing.OrgImporter.kind == "orgs"  # reading the module makes the ledger known
        documents.register_papers()
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
        menu = {"roles": panels.SEEING, "when": panels.sees}
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
        places.reveals.add(
            "organisation.representative_id",
            queryset=lambda user: Organisation.objects.visible_to(user),
            value=lambda one: one.representative_id,
            target=lambda one: f"{one} 法定代表人身份证号",
            roles=panels.SEEING,
        )
        places.reveals.add(
            "organisation.phone",
            queryset=lambda user: Organisation.objects.visible_to(user),
            value=lambda one: one.phone,
            target=lambda one: f"{one} 联系电话",
            roles=panels.SEEING,
        )
