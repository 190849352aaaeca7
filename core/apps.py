from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "公共部件"

    def ready(self):
        from core import exports, places  # noqa: F401  (exports: workers find the kind of job)

        places.menu.add(
            "", "工作台", "core:workbench", order=0, count=places.todos.pressing, urgent=lambda user: True
        )
        places.menu.add("后台", "后台管理", "admin:index", order=900, when=lambda user: user.is_staff)
