"""陈述申辩告知 as a record of its own; what families said so far stays with the words of the verification."""

import json
from datetime import date
from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import core.fields

DATA = Path(__file__).resolve().parent.parent / "data" / "hearing_2019.json"
KEEP_STATEMENTS = """
UPDATE rechecks_verification SET words = words || E'\\n家庭陈述：' || statement WHERE statement <> ''
"""


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
        ("benefits", "0002_policy_2019"),
        ("core", "0003_access_kinds"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("rechecks", "0006_resemblance"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunSQL(KEEP_STATEMENTS, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="verification",
            name="statement",
        ),
        migrations.CreateModel(
            name="Hearing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="编号")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("end", "停发"),
                            ("reduce", "变更金额"),
                            ("suspend", "暂缓发放"),
                            ("keep", "不影响，保留"),
                            ("list_wrong", "名单有误"),
                        ],
                        max_length=10,
                        verbose_name="拟作处理",
                    ),
                ),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pension", "退休"),
                            ("business", "工商"),
                            ("tax", "税务"),
                            ("vehicle", "车辆"),
                            ("property", "多处房产"),
                            ("shop", "商业门面"),
                            ("payroll", "财政供养"),
                            ("means", "经济状况及财产状况超过标准"),
                            ("death", "死亡"),
                            ("moved", "户籍迁出"),
                            ("income", "收入增加"),
                            ("refused", "不配合核查"),
                            ("withdrew", "主动放弃"),
                            ("to_tekun", "转特困"),
                            ("sentence", "服刑"),
                            ("missing", "失联"),
                            ("recovered", "恢复劳动能力或生活来源"),
                            ("supporter", "有法定义务人履行义务"),
                            ("grown_up", "年满18周岁不再就学"),
                            ("replaced", "转享其他待遇"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="停发原因",
                    ),
                ),
                ("from_month", core.fields.MonthField(verbose_name="起始月份")),
                ("words", models.TextField(verbose_name="事实和理由")),
                (
                    "same_person",
                    models.CharField(blank=True, max_length=500, verbose_name="确认同一人的依据"),
                ),
                ("basis", models.CharField(max_length=400, verbose_name="依据")),
                ("evidence_hash", models.CharField(max_length=32, verbose_name="依据摘要")),
                (
                    "drafted_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="拟写时间"),
                ),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("direct", "当面送达"),
                            ("left", "留置送达"),
                            ("mail", "邮寄送达"),
                            ("posted", "公告送达"),
                        ],
                        max_length=8,
                        verbose_name="送达方式",
                    ),
                ),
                ("given_on", models.DateField(null=True, verbose_name="送达日期")),
                ("given_by", models.CharField(blank=True, max_length=120, verbose_name="送达人")),
                ("receiver", models.CharField(blank=True, max_length=200, verbose_name="签收情况")),
                ("due_on", models.DateField(null=True, verbose_name="陈述申辩期限")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("stated", "陈述申辩"), ("waived", "书面放弃"), ("silent", "逾期未陈述")],
                        max_length=8,
                        verbose_name="答复",
                    ),
                ),
                ("answered_on", models.DateField(null=True, verbose_name="答复日期")),
                ("statement", models.TextField(blank=True, verbose_name="陈述申辩内容")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="拟写人",
                    ),
                ),
                (
                    "files",
                    models.ManyToManyField(related_name="+", to="core.storedfile", verbose_name="材料"),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hearings",
                        to="rechecks.finding",
                        verbose_name="疑点",
                    ),
                ),
            ],
            options={
                "verbose_name": "陈述申辩告知",
                "verbose_name_plural": "陈述申辩告知",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="HearingHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("number", models.CharField(max_length=40, verbose_name="编号")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("end", "停发"),
                            ("reduce", "变更金额"),
                            ("suspend", "暂缓发放"),
                            ("keep", "不影响，保留"),
                            ("list_wrong", "名单有误"),
                        ],
                        max_length=10,
                        verbose_name="拟作处理",
                    ),
                ),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pension", "退休"),
                            ("business", "工商"),
                            ("tax", "税务"),
                            ("vehicle", "车辆"),
                            ("property", "多处房产"),
                            ("shop", "商业门面"),
                            ("payroll", "财政供养"),
                            ("means", "经济状况及财产状况超过标准"),
                            ("death", "死亡"),
                            ("moved", "户籍迁出"),
                            ("income", "收入增加"),
                            ("refused", "不配合核查"),
                            ("withdrew", "主动放弃"),
                            ("to_tekun", "转特困"),
                            ("sentence", "服刑"),
                            ("missing", "失联"),
                            ("recovered", "恢复劳动能力或生活来源"),
                            ("supporter", "有法定义务人履行义务"),
                            ("grown_up", "年满18周岁不再就学"),
                            ("replaced", "转享其他待遇"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="停发原因",
                    ),
                ),
                ("from_month", core.fields.MonthField(verbose_name="起始月份")),
                ("words", models.TextField(verbose_name="事实和理由")),
                (
                    "same_person",
                    models.CharField(blank=True, max_length=500, verbose_name="确认同一人的依据"),
                ),
                ("basis", models.CharField(max_length=400, verbose_name="依据")),
                ("evidence_hash", models.CharField(max_length=32, verbose_name="依据摘要")),
                (
                    "drafted_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="拟写时间"),
                ),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("direct", "当面送达"),
                            ("left", "留置送达"),
                            ("mail", "邮寄送达"),
                            ("posted", "公告送达"),
                        ],
                        max_length=8,
                        verbose_name="送达方式",
                    ),
                ),
                ("given_on", models.DateField(null=True, verbose_name="送达日期")),
                ("given_by", models.CharField(blank=True, max_length=120, verbose_name="送达人")),
                ("receiver", models.CharField(blank=True, max_length=200, verbose_name="签收情况")),
                ("due_on", models.DateField(null=True, verbose_name="陈述申辩期限")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("stated", "陈述申辩"), ("waived", "书面放弃"), ("silent", "逾期未陈述")],
                        max_length=8,
                        verbose_name="答复",
                    ),
                ),
                ("answered_on", models.DateField(null=True, verbose_name="答复日期")),
                ("statement", models.TextField(blank=True, verbose_name="陈述申辩内容")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "drafted_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="拟写人",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="rechecks.finding",
                        verbose_name="疑点",
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
                        to="rechecks.hearing",
                    ),
                ),
            ],
            options={
                "verbose_name": "陈述申辩告知变更历史",
                "verbose_name_plural": "陈述申辩告知变更历史",
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="hearing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("due_on__isnull", True), ("given_on__isnull", True)),
                    models.Q(("due_on__gte", models.F("given_on")), ("given_on__isnull", False)),
                    _connector="OR",
                ),
                name="hearing_given_until",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="hearing",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "rechecks_hearinghistory" ("answer", "answered_on", "basis", "drafted_at", "drafted_by_id", "due_on", "end_reason", "evidence_hash", "finding_id", "from_month", "given_by", "given_on", "id", "number", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "receiver", "same_person", "statement", "version", "way", "words") SELECT old_values."answer", old_values."answered_on", old_values."basis", old_values."drafted_at", old_values."drafted_by_id", old_values."due_on", old_values."end_reason", old_values."evidence_hash", old_values."finding_id", old_values."from_month", old_values."given_by", old_values."given_on", old_values."id", old_values."number", old_values."outcome", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."receiver", old_values."same_person", old_values."statement", old_values."version", old_values."way", old_values."words" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="b36dddffe809ea7768a06c18a4b616767fa0d639",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_8c2c2",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="rechecks_hearing",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="hearing",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "rechecks_hearinghistory" ("answer", "answered_on", "basis", "drafted_at", "drafted_by_id", "due_on", "end_reason", "evidence_hash", "finding_id", "from_month", "given_by", "given_on", "id", "number", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "receiver", "same_person", "statement", "version", "way", "words") SELECT old_values."answer", old_values."answered_on", old_values."basis", old_values."drafted_at", old_values."drafted_by_id", old_values."due_on", old_values."end_reason", old_values."evidence_hash", old_values."finding_id", old_values."from_month", old_values."given_by", old_values."given_on", old_values."id", old_values."number", old_values."outcome", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."receiver", old_values."same_person", old_values."statement", old_values."version", old_values."way", old_values."words" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="291b3c7be0c9452f734301cb808059b1276b1aeb",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a56a0",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="rechecks_hearing",
                    when="AFTER",
                ),
            ),
        ),
    ]
