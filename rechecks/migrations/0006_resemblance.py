"""How much a person of a list without ID numbers resembles a registered one: model scores, in force from 2019-01."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "resemblance_2019.json"


def load(apps, schema_editor):
    data = json.loads(DATA.read_text(encoding="utf-8"))
    start = date.fromisoformat(data["effective_from"])
    apps.get_model("benefits", "Parameter").objects.bulk_create(
        apps.get_model("benefits", "Parameter")(
            programme=None, source=data["source"], effective_from=start, **value
        )
        for value in data["values"]
    )


class Migration(migrations.Migration):
    dependencies = [("rechecks", "0005_lists_without_numbers"), ("benefits", "0002_policy_2019")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
