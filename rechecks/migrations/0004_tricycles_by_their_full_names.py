"""Registers write 正三轮载货摩托车 and 正三轮载客摩托车 in full: exempt like the other ordinary motorcycles."""

from django.db import migrations

WORDS = ("三轮载货摩托", "三轮载客摩托")


def add(apps, schema_editor):
    parameters = apps.get_model("benefits", "Parameter").objects
    for one in parameters.filter(programme=None, key="recheck.vehicle_exempt"):
        one.value = [*one.value, *(word for word in WORDS if word not in one.value)]
        one.save(update_fields=["value"])


class Migration(migrations.Migration):
    dependencies = [("rechecks", "0003_leads_and_spot_checks"), ("benefits", "0002_policy_2019")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
