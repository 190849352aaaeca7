from django.apps import AppConfig


class PayoutsConfig(AppConfig):
    name = "payouts"
    verbose_name = "发放"

    def ready(self) -> None:
        from payouts import places

        places.register()
