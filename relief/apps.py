from django.apps import AppConfig


class ReliefConfig(AppConfig):
    name = "relief"
    verbose_name = "社会救助"

    def ready(self):
        from benefits.replacing import register_leaving
        from core import places
        from district.scope import works_on
        from relief.dibao import beside, documents, forms, importing, leaving, panels, rules, workflow
        from relief.tekun import places as tekun
        from relief.temporary import places as temporary

        temporary.join()
        tekun.join()
        rules.register_formulas()
        for code in rules.DIBAO:
            register_leaving(code, leaving.leave, leaving.foresee)
        documents.register_papers()
        forms.register_asks()
        assert workflow.DIBAO
        assert importing.DibaoImporter.kind == "dibao"  # reading the module makes the ledger known
        places.panels.add("entitlement", 40, render=beside.panel, title="按登记情况测算", key="beside")
        places.menu.add("业务", "新建申请", "relief:find", roles={"township_clerk"}, order=110)
        places.menu.add(
            "核查",
            "定期核查",
            "relief:reviews",
            roles={"township_clerk", "township_leader", "bureau_officer"},
            order=310,
            count=panels.reviews_due,
            urgent=panels.reviews_late,
            when=works_on("relief"),
        )
        places.panels.add(
            "workbench",
            50,
            render=panels.progress,
            title="定期核查进度",
            key="reviews",
            side=True,
            roles={"township_clerk", "township_leader"},
        )
        for place in ("household", "person", "entitlement"):
            places.panels.add(
                place, 35, render=panels.holdings, title="低保", key="dibao", side=True, roles=panels.SEEING
            )
