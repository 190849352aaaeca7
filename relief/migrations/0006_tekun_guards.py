"""At most one funeral payment for a person, held by the database; the interval of care gradings as a parameter."""

from datetime import date

from django.db import migrations


def care_interval(apps, schema_editor):
    apps.get_model("benefits", "Parameter").objects.get_or_create(
        programme_id="tekun_care",
        key="review_months",
        effective_from=date(2019, 1, 1),
        defaults={
            "value": 12,
            "unit": "月",
            "source": "示范政策集 2019-01",
            "help": "照料护理等级复评间隔",
        },
    )


class Migration(migrations.Migration):
    dependencies = [("relief", "0005_tekun"), ("benefits", "0008_payee_institution")]

    operations = [
        migrations.RunSQL(
            "CREATE UNIQUE INDEX relief_funeral_once ON benefits_entitlement (person_id)"
            " WHERE programme_id = 'funeral' AND NOT is_void",
            "DROP INDEX relief_funeral_once",
        ),
        migrations.RunPython(care_interval, migrations.RunPython.noop),
    ]
