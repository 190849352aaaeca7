from django.apps import AppConfig


class ReliefConfig(AppConfig):
    name = "relief"
    verbose_name = "社会救助"

    def ready(self):
        from relief import rules

        rules.register_formulas()
