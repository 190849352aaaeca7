from django.apps import AppConfig


class ElderlyConfig(AppConfig):
    name = "elderly"
    verbose_name = "老龄"

    def ready(self):
        from elderly import rules, workflow

        rules.register_formulas()
        assert workflow.ALLOWANCE_FLOW
