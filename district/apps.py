from django.apps import AppConfig


class DistrictConfig(AppConfig):
    name = "district"
    verbose_name = "机构与账号"
