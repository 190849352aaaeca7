from django.apps import AppConfig


class GrassrootsConfig(AppConfig):
    name = "grassroots"
    verbose_name = "基层政权"

    def ready(self):
        from core import places
        from grassroots import figures, forms, importing, panels, workflow
        from grassroots.views.shared import SEEING, on_line

        assert workflow.ELECTION
        assert importing.CommitteeImporter.kind == "committees"  # reading the module makes the ledger known
        forms.register_asks()
        places.menu.add(
            "基层政权",
            "换届选举",
            "grassroots:round",
            roles=SEEING,
            order=270,
            count=panels.in_hand,
            urgent=panels.late,
            when=on_line,
        )
        places.menu.add(
            "基层政权", "村（居）委会", "grassroots:committees", roles=SEEING, order=280, when=on_line
        )
        places.panels.add(
            "person", 60, render=panels.of_person, roles=SEEING, title="村居任职", key="committee", side=True
        )
        places.figures.add("基层政权", figures.of_year, order=60)
