"""Programmes that bar one another are kept apart by the database: a number a pair, and a constraint over the numbers.

`intarray` (trusted; made by the owner, like btree_gist) compares them inside the exclusion constraint. Whatever way a
covered person is written, the copies (months, group, numbers) are those of the entitlement and its programme.
"""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import CreateExtension
from django.db import migrations, models

import core.fields
from benefits.compatibility import set_exclusions

COPIES = """
-- A row at a time, by key: a statement over all new rows was planned while the tables were empty, and is then quadratic.
CREATE FUNCTION benefits_member_copies() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  SELECT p."group", p.exclusions, e.first_month, e.last_month, e.is_void
    INTO NEW."group", NEW.exclusions, NEW.first_month, NEW.last_month, NEW.is_void
    FROM benefits_entitlement e JOIN benefits_programme p ON p.code = e.programme_id
   WHERE e.id = NEW.entitlement_id;
  RETURN NEW;
END $$;
CREATE TRIGGER member_copies_insert BEFORE INSERT ON benefits_entitlementmember
  FOR EACH ROW EXECUTE FUNCTION benefits_member_copies();
CREATE TRIGGER member_copies_update BEFORE UPDATE ON benefits_entitlementmember
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION benefits_member_copies();
ALTER TABLE benefits_entitlementmember ALTER COLUMN exclusions SET DEFAULT '{}';
"""

FOLLOW = """
CREATE OR REPLACE FUNCTION benefits_members_follow() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE benefits_entitlementmember m
     SET "group" = p."group", exclusions = p.exclusions,
         first_month = n.first_month, last_month = n.last_month, is_void = n.is_void
    FROM new_rows n
    JOIN benefits_programme p ON p.code = n.programme_id
   WHERE m.entitlement_id = n.id
     AND (m."group", m.exclusions, m.first_month, m.last_month, m.is_void)
         IS DISTINCT FROM (p."group", p.exclusions, n.first_month, n.last_month, n.is_void);
  RETURN NULL;
END $$;
"""

# A pair that is live when the matrix changes keeps its old numbers: the change goes through, and every run names it.
PROGRAMMES = """
CREATE FUNCTION benefits_members_of_programme() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE benefits_entitlementmember m
     SET "group" = n."group", exclusions = n.exclusions
    FROM new_rows n
    JOIN old_rows o ON o.code = n.code
    JOIN benefits_entitlement e ON e.programme_id = n.code
   WHERE m.entitlement_id = e.id
     AND (o."group", o.exclusions) IS DISTINCT FROM (n."group", n.exclusions)
     AND (m.is_void OR NOT EXISTS (
         SELECT FROM benefits_entitlementmember other
           JOIN benefits_entitlement held ON held.id = other.entitlement_id
           JOIN benefits_programme programme ON programme.code = held.programme_id
          WHERE other.person_id = m.person_id AND other.id <> m.id AND NOT other.is_void
            AND daterange(other.first_month, other.last_month, '[]') && daterange(m.first_month, m.last_month, '[]')
            AND programme.exclusions && n.exclusions));
  RETURN NULL;
END $$;
CREATE TRIGGER programme_members_follow AFTER UPDATE ON benefits_programme
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION benefits_members_of_programme();
"""

DROP = """
DROP TRIGGER programme_members_follow ON benefits_programme;
DROP FUNCTION benefits_members_of_programme();
DROP TRIGGER member_copies_insert ON benefits_entitlementmember;
DROP TRIGGER member_copies_update ON benefits_entitlementmember;
DROP FUNCTION benefits_member_copies();
CREATE OR REPLACE FUNCTION benefits_members_follow() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE benefits_entitlementmember m
     SET first_month = n.first_month, last_month = n.last_month, is_void = n.is_void
    FROM new_rows n
   WHERE m.entitlement_id = n.id
     AND (m.first_month, m.last_month, m.is_void) IS DISTINCT FROM (n.first_month, n.last_month, n.is_void);
  RETURN NULL;
END $$;
"""


def number_programmes(apps, schema_editor):
    set_exclusions(apps.get_model("benefits", "Programme"))


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0008_payee_institution"),
    ]

    operations = [
        CreateExtension("intarray"),
        pgtrigger.migrations.RemoveTrigger(
            model_name="programme",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="programme",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="entitlementmember",
            name="exclusions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(), blank=True, default=list, size=None, verbose_name="互斥编号"
            ),
        ),
        migrations.AddField(
            model_name="programme",
            name="exclusions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(), blank=True, default=list, size=None, verbose_name="互斥编号"
            ),
        ),
        migrations.AddField(
            model_name="programmehistory",
            name="exclusions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(), blank=True, default=list, size=None, verbose_name="互斥编号"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="programme",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "benefits_programmehistory" ("beneficiary", "code", "exclusions", "group", "is_active", "is_one_off", "line", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") SELECT old_values."beneficiary", old_values."code", old_values."exclusions", old_values."group", old_values."is_active", old_values."is_one_off", old_values."line", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."code", old_values."position" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."code") = (new_values."code") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="823758245a234b238c4eb04ced06e3fb529f65ab",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b9239",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="benefits_programme",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="programme",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "benefits_programmehistory" ("beneficiary", "code", "exclusions", "group", "is_active", "is_one_off", "line", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position") SELECT old_values."beneficiary", old_values."code", old_values."exclusions", old_values."group", old_values."is_active", old_values."is_one_off", old_values."line", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."code", old_values."position" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="914e79c93b160c084b8e13044397a36db52736ea",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f2652",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="benefits_programme",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlementmember",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("is_void", False), models.Q(("exclusions", []), _negated=True)),
                expressions=[
                    ("person", "="),
                    (core.fields.MonthSpan("first_month", "last_month"), "&&"),
                    (django.contrib.postgres.indexes.OpClass("exclusions", name="gist__int_ops"), "&&"),
                ],
                name="entitlementmember_programmes_apart",
            ),
        ),
        migrations.RunSQL(COPIES + FOLLOW + PROGRAMMES, DROP),
        migrations.RunPython(number_programmes, migrations.RunPython.noop),
    ]
