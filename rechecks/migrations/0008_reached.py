"""What somebody who was looked for came to hold; words of serious illness (model values, in force from 2019-01)."""

import json
from datetime import date
from pathlib import Path

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

DATA = Path(__file__).resolve().parent.parent / "data" / "reached_2019.json"


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
    dependencies = [
        ("benefits", "0009_programmes_apart"),
        ("rechecks", "0007_hearing"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="lead",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="lead",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="lead",
            name="entitlement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="benefits.entitlement",
                verbose_name="享受的待遇",
            ),
        ),
        migrations.AddField(
            model_name="leadhistory",
            name="entitlement",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="benefits.entitlement",
                verbose_name="享受的待遇",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lead",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "rechecks_leadhistory" ("amount", "division_id", "due_on", "entitlement_id", "first_month", "ground", "household_id", "id", "last_month", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "state", "version", "why") SELECT old_values."amount", old_values."division_id", old_values."due_on", old_values."entitlement_id", old_values."first_month", old_values."ground", old_values."household_id", old_values."id", old_values."last_month", old_values."person_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."programme_id", old_values."state", old_values."version", old_values."why" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="9a9c7ef7a223c8f86ab270bc49f657d7ac940fed",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_12dac",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="rechecks_lead",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lead",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "rechecks_leadhistory" ("amount", "division_id", "due_on", "entitlement_id", "first_month", "ground", "household_id", "id", "last_month", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "state", "version", "why") SELECT old_values."amount", old_values."division_id", old_values."due_on", old_values."entitlement_id", old_values."first_month", old_values."ground", old_values."household_id", old_values."id", old_values."last_month", old_values."person_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."programme_id", old_values."state", old_values."version", old_values."why" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="70cae7cfd6199d00763bea2b515f4a4195746bf7",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b3d0c",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="rechecks_lead",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
