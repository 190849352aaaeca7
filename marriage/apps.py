from django.apps import AppConfig


class MarriageConfig(AppConfig):
    name = "marriage"
    verbose_name = "婚姻登记"

    def ready(self):
        from marriage import workflow

        assert workflow.MARRIAGE
