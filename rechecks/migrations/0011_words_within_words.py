"""Words that hold another word within them: 非住宅 is no dwelling and 非正常 no business; more names of what is exempt."""

from datetime import date

from django.db import migrations

MORE = {
    "recheck.vehicle_exempt": ("机动轮椅", "普通两轮"),
    "recheck.business_ended": ("非正常",),
}
NOT_COUNTED = {
    "key": "recheck.property_not_counted",
    "value": ["非住宅", "住宅车库", "住宅车位", "住宅储藏", "住宅配套"],
    "help": "用途含这些词的不计为住房，虽然其中有“住宅”二字",
}


def add(apps, schema_editor):
    parameters = apps.get_model("benefits", "Parameter").objects
    for one in parameters.filter(programme=None, key__in=MORE):
        one.value = [*one.value, *(word for word in MORE[one.key] if word not in one.value)]
        one.save(update_fields=["value"])
    parameters.create(
        programme=None, unit="", source="示范政策集 2019-01", effective_from=date(2019, 1, 1), **NOT_COUNTED
    )


class Migration(migrations.Migration):
    dependencies = [("rechecks", "0010_first_refused"), ("benefits", "0002_policy_2019")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
