"""The model policy set in force from 2019-01, from benefits/data/policy_2019.json."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "policy_2019.json"


def load(apps, schema_editor):
    Programme = apps.get_model("benefits", "Programme")
    Standard = apps.get_model("benefits", "Standard")
    Parameter = apps.get_model("benefits", "Parameter")
    district = apps.get_model("district", "Division").objects.get(level="district")
    data = json.loads(DATA.read_text(encoding="utf-8"))
    start, source = date.fromisoformat(data["effective_from"]), data["source"]
    for row in data["programmes"]:
        standard = row.pop("standard", None)
        programme = Programme.objects.create(**row)
        if standard is not None:
            Standard.objects.create(
                programme=programme, division=district, amount=standard, effective_from=start, source=source
            )
    Parameter.objects.bulk_create(
        Parameter(
            programme_id=code,
            key=value["key"],
            value=value["value"],
            unit=value["unit"],
            help=value["help"],
            source=source,
            effective_from=date.fromisoformat(value.get("effective_from", data["effective_from"])),
        )
        for block in data["parameters"]
        for code in block["programmes"]
        for value in block["values"]
    )


class Migration(migrations.Migration):
    dependencies = [("benefits", "0001_initial"), ("district", "0002_divisions")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
