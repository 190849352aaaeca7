"""The numbers of the law that the bureau may have to change one day, with their dates and sources."""

from datetime import date

from django.db import migrations

CODE, ACT = "民法典（2021-01-01 施行）", "婚姻法（1980、2001）"
OFFSET = "证件打印位置的微调，毫米；打印机走纸有偏差时改。"
ROWS = (
    ("marriage.age_man", 22, "周岁", date(1981, 1, 1), f"{ACT}第6条；民法典第1047条", "男方法定婚龄"),
    ("marriage.age_woman", 20, "周岁", date(1981, 1, 1), f"{ACT}第6条；民法典第1047条", "女方法定婚龄"),
    ("marriage.age_man", 20, "周岁", date(1950, 5, 1), "婚姻法（1950）第4条", "男方法定婚龄"),
    ("marriage.age_woman", 18, "周岁", date(1950, 5, 1), "婚姻法（1950）第4条", "女方法定婚龄"),
    (
        "marriage.cooling_off_days",
        30,
        "日",
        date(2021, 1, 1),
        f"{CODE}第1077条",
        "离婚冷静期，自收到申请次日起算",
    ),
    ("marriage.window_days", 30, "日", date(2021, 1, 1), f"{CODE}第1077条", "冷静期届满后申请发证的期间"),
    ("marriage.print_right", 0, "毫米", date(2000, 1, 1), "○", f"{OFFSET}向右为正"),
    ("marriage.print_down", 0, "毫米", date(2000, 1, 1), "○", f"{OFFSET}向下为正"),
)


def load(apps, schema_editor):
    Parameter = apps.get_model("benefits", "Parameter")
    for key, value, unit, since, source, words in ROWS:
        Parameter.objects.create(
            key=key, value=value, unit=unit, effective_from=since, source=source, help=words
        )


def unload(apps, schema_editor):
    apps.get_model("benefits", "Parameter").objects.filter(key__startswith="marriage.").delete()


class Migration(migrations.Migration):
    dependencies = [("marriage", "0002_guards"), ("benefits", "0001_initial")]
    operations = [migrations.RunPython(load, unload)]
