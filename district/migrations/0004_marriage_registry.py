"""The district's marriage registry, where registrars work; the bureau adds its other offices itself."""

from django.db import migrations

OFFICE = "430503HY"


def add(apps, schema_editor):
    apps.get_model("district", "Office").objects.create(
        code=OFFICE, name="大祥区婚姻登记处", division_id="430503"
    )


def remove(apps, schema_editor):
    apps.get_model("district", "Office").objects.filter(code=OFFICE).delete()


class Migration(migrations.Migration):
    dependencies = [("district", "0003_rights_by_role")]
    operations = [migrations.RunPython(add, remove)]
