"""The model policy set of 特困, 临时救助, 丧葬补助, 高龄津贴 and 长寿金, in force from 2019-01."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "policy_2019_tekun_temporary_elderly.json"


def load(apps, schema_editor):
    Programme = apps.get_model("benefits", "Programme")
    Standard = apps.get_model("benefits", "Standard")
    Parameter = apps.get_model("benefits", "Parameter")
    district = apps.get_model("district", "Division").objects.get(level="district")
    data = json.loads(DATA.read_text(encoding="utf-8"))
    start, source = date.fromisoformat(data["effective_from"]), data["source"]
    for row in data["programmes"]:
        standards = row.pop("standards", {})
        programme = Programme.objects.create(**row)
        for category, amount in standards.items():
            Standard.objects.create(
                programme=programme,
                division=district,
                category=category,
                amount=amount,
                effective_from=start,
                source=source,
            )
    for block in data["parameters"]:
        for code in block["programmes"]:
            for value in block["values"]:
                Parameter.objects.create(programme_id=code, source=source, effective_from=start, **value)


class Migration(migrations.Migration):
    dependencies = [("benefits", "0006_more_end_reasons"), ("district", "0002_divisions")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
