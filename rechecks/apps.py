from django.apps import AppConfig


class RechecksConfig(AppConfig):
    name = "rechecks"
    verbose_name = "回头看"

    def ready(self) -> None:
        from rechecks import places

        places.register()
