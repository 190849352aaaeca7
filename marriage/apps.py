from django.apps import AppConfig


class MarriageConfig(AppConfig):
    name = "marriage"
    verbose_name = "婚姻登记"

    def ready(self):
        from core import places, tones
        from marriage import figures, importing, panels, workflow
        from marriage.models import CertificateState, FileState, Party

        assert workflow.MARRIAGE
        assert importing.MarriageImporter.kind == "marriages"  # reading the module makes the ledger known
        tones.register(
            {
                FileState.OPEN: "go",
                FileState.REGISTERED: "ok",
                FileState.ENDED: "end",
                CertificateState.ISSUED: "ok",
                CertificateState.SPOILED: "end",
            }
        )
        registrar = {"registrar"}
        places.menu.add(
            "婚姻登记",
            "今日登记",
            "marriage:desk",
            roles=registrar,
            order=140,
            count=panels.waiting_count,
            urgent=panels.window_ends,
        )
        places.menu.add("婚姻登记", "登记档案", "marriage:files", roles=registrar, order=141)
        places.menu.add("婚姻登记", "日登记簿", "marriage:days", roles=registrar, order=142)
        places.menu.add(
            "婚姻登记",
            "婚姻登记统计",
            "marriage:statistics",
            roles={"registrar", "bureau_officer", "leader", "auditor", "finance"},
            order=143,
            when=figures.may_count,
        )
        places.workbench.add(panels.figures, order=5, roles=registrar)
        places.search.add(panels.search, order=20)
        places.figures.add("婚姻登记", figures.provider, order=60)
        places.reveals.add(
            "marriage.id_number",
            queryset=lambda user: Party.objects.visible_to(user).select_related("registration"),
            value=lambda party: party.id_number,
            target=lambda party: f"婚姻登记档案 {party.registration_id} {party.get_side_display()}身份证号",
            roles=registrar,
        )
