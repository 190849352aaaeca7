"""The bureau itself: divisions, offices, users, roles, lines, login, and the area scope of every query."""

from django.apps import AppConfig


class DistrictConfig(AppConfig):
    name = "district"
    verbose_name = "机构与账号"

    def ready(self):
        from core import places
        from district import login  # noqa: F401 (its receivers keep the trail of logins)

        places.menu.add("核查", "查阅与导出痕迹", "access_trail", roles={"auditor"}, order=380)
        places.menu.add("核查", "变更历史", "change_history", roles={"auditor"}, order=390)
