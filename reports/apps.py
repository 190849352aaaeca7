from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "统计"

    def ready(self):
        from core import places
        from reports.views import ROLES

        places.menu.add("查询统计", "年度统计", "reports:year", roles=ROLES, order=610)
