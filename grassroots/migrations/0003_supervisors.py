"""村（居）务监督委员会: its members, and how many they may be."""

from datetime import date

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

ORGANIC = "《中华人民共和国村民委员会组织法》（2018）第三十二条"
ROWS = (
    ("supervisors_least", 3, "监督委员会最少人数"),
    ("supervisors_most", 5, "监督委员会最多人数"),
)


def load(apps, schema_editor):
    for key, value, words in ROWS:
        apps.get_model("benefits", "Parameter").objects.create(
            programme=None,
            key=f"grassroots.{key}",
            value=value,
            unit="人",
            effective_from=date(2019, 1, 1),
            source=f"{ORGANIC}；省通行做法（○），由区局核对",
            help=words,
        )


def unload(apps, schema_editor):
    keys = [f"grassroots.{key}" for key, *_ in ROWS]
    apps.get_model("benefits", "Parameter").objects.filter(programme=None, key__in=keys).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("grassroots", "0002_parameters"),
        ("benefits", "0007_policy_2019_tekun_temporary_elderly"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("registry", "0005_name_and_birth"),
    ]

    operations = [
        migrations.CreateModel(
            name="Supervisor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                ("id_number", models.CharField(max_length=18, verbose_name="身份证号")),
                ("is_head", models.BooleanField(default=False, verbose_name="主任")),
                ("since", models.DateField(verbose_name="任期起")),
                ("until", models.DateField(blank=True, null=True, verbose_name="任期止")),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supervisors",
                        to="grassroots.villagecommittee",
                        verbose_name="村（居）民委员会",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.person",
                        verbose_name="居民",
                    ),
                ),
            ],
            options={
                "verbose_name": "监督委员会成员",
                "verbose_name_plural": "监督委员会成员",
                "ordering": ["committee", "-is_head", "id"],
            },
        ),
        migrations.CreateModel(
            name="SupervisorHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                ("id_number", models.CharField(max_length=18, verbose_name="身份证号")),
                ("is_head", models.BooleanField(default=False, verbose_name="主任")),
                ("since", models.DateField(verbose_name="任期起")),
                ("until", models.DateField(blank=True, null=True, verbose_name="任期止")),
                (
                    "committee",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="grassroots.villagecommittee",
                        verbose_name="村（居）民委员会",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="registry.person",
                        verbose_name="居民",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="grassroots.supervisor",
                    ),
                ),
            ],
            options={
                "verbose_name": "监督委员会成员变更历史",
                "verbose_name_plural": "监督委员会成员变更历史",
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="supervisor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_head", True), ("until", None)),
                fields=("committee",),
                name="supervisor_one_head",
            ),
        ),
        migrations.AddConstraint(
            model_name="supervisor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)), fields=("committee", "id_number"), name="supervisor_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="supervisor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                ),
                name="supervisor_term",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supervisor",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "grassroots_supervisorhistory" ("committee_id", "id", "id_number", "is_head", "name", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "until") SELECT old_values."committee_id", old_values."id", old_values."id_number", old_values."is_head", old_values."name", old_values."person_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."since", old_values."until" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="bb54262583767df07a91f1d3236b1b95abff3fe1",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_30375",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="grassroots_supervisor",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="supervisor",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "grassroots_supervisorhistory" ("committee_id", "id", "id_number", "is_head", "name", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "until") SELECT old_values."committee_id", old_values."id", old_values."id_number", old_values."is_head", old_values."name", old_values."person_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."since", old_values."until" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="4e84f0ab7c561062209632397b4777d91243ca2d",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b3bf3",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="grassroots_supervisor",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunPython(load, unload),
    ]
