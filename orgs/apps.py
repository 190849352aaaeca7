from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "orgs"
    verbose_name = "社会组织"

    def ready(self):
        from orgs import workflow

        assert workflow.ESTABLISH
