"""Limits of law and bureau for social organisations, in force from 2019-01."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "parameters_2019.json"


def load(apps, schema_editor):
    Parameter = apps.get_model("benefits", "Parameter")
    data = json.loads(DATA.read_text(encoding="utf-8"))
    start = date.fromisoformat(data["effective_from"])
    for row in data["values"]:
        Parameter.objects.create(programme=None, effective_from=start, **row)


def unload(apps, schema_editor):
    apps.get_model("benefits", "Parameter").objects.filter(key__startswith="orgs.").delete()


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial"), ("benefits", "0002_policy_2019")]
    operations = [migrations.RunPython(load, unload)]
