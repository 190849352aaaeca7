"""The district's real 14 townships and 98 villages and communities, from district/data/daxiang_divisions.json."""

import json
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "daxiang_divisions.json"


def load(apps, schema_editor):
    Division = apps.get_model("district", "Division")
    data = json.loads(DATA.read_text(encoding="utf-8"))
    district = data["district"]
    rows = [Division(code=district["code"], name=district["name"], level="district", area_kind="urban")]
    for township in data["townships"]:
        kind = "urban" if township["name"].endswith("街道") else "rural"
        rows.append(
            Division(
                code=township["code"],
                name=township["name"],
                level="township",
                parent_id=district["code"],
                area_kind=kind,
            )
        )
    for village in data["villages"]:
        kind = "urban" if village["name"].endswith("社区") else "rural"
        rows.append(
            Division(
                code=village["code"],
                name=village["name"],
                level="village",
                parent_id=village["township"],
                area_kind=kind,
            )
        )
    Division.objects.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [("district", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
