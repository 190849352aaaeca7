"""临时救助 and 备用金."""

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0007_policy_2019_tekun_temporary_elderly"),
        ("casework", "0004_subject_and_office"),
        ("district", "0002_divisions"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("registry", "0002_import_titles"),
        ("relief", "0002_more_end_reasons"),
    ]

    operations = [
        migrations.CreateModel(
            name="Expense",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("spent_on", models.DateField(verbose_name="日期")),
                ("what", models.CharField(max_length=60, verbose_name="费用")),
                (
                    "amount",
                    core.fields.MoneyField(decimal_places=2, max_digits=14, verbose_name="自付金额（元）"),
                ),
                ("paper", models.CharField(max_length=100, verbose_name="票据")),
            ],
            options={
                "verbose_name": "自付费用",
                "verbose_name_plural": "自付费用",
                "ordering": ["application", "spent_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="Reserve",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                (
                    "balance",
                    core.fields.MoneyField(
                        decimal_places=2, default=0, max_digits=14, verbose_name="余额（元）"
                    ),
                ),
                (
                    "township",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="district.division",
                        verbose_name="乡镇（街道）",
                    ),
                ),
            ],
            options={
                "verbose_name": "临时救助备用金",
                "verbose_name_plural": "临时救助备用金",
                "ordering": ["-year", "township"],
            },
        ),
        migrations.CreateModel(
            name="Advance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "amount",
                    core.fields.MoneyField(decimal_places=2, max_digits=14, verbose_name="金额（元）"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待审批"),
                            ("paid", "已付，待核销"),
                            ("settled", "已核销"),
                            ("to_recover", "待追回"),
                            ("recovered", "已追回"),
                            ("refused", "未同意"),
                        ],
                        default="proposed",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("proposed_on", models.DateField(verbose_name="提出日期")),
                ("paid_on", models.DateField(blank=True, null=True, verbose_name="付款日期")),
                ("paper_due_on", models.DateField(blank=True, null=True, verbose_name="手续补齐期限")),
                (
                    "to_recover",
                    core.fields.MoneyField(
                        decimal_places=2, default=0, max_digits=14, verbose_name="应追回（元）"
                    ),
                ),
                ("recovered_on", models.DateField(blank=True, null=True, verbose_name="追回日期")),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="批准人",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "reserve",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="advances",
                        to="relief.reserve",
                        verbose_name="备用金",
                    ),
                ),
            ],
            options={
                "verbose_name": "先行救助",
                "verbose_name_plural": "先行救助",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ReserveEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("allotment", "年度下拨"),
                            ("top_up", "追加拨付"),
                            ("advance", "先行救助付款"),
                            ("returned", "追回退还"),
                        ],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                (
                    "amount",
                    core.fields.MoneyField(decimal_places=2, max_digits=14, verbose_name="金额（元）"),
                ),
                (
                    "balance",
                    core.fields.MoneyField(
                        decimal_places=2, default=0, max_digits=14, verbose_name="余额（元）"
                    ),
                ),
                ("on", models.DateField(verbose_name="日期")),
                ("document_number", models.CharField(blank=True, max_length=60, verbose_name="拨付文号")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="摘要")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="登记时间")),
                (
                    "advance",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="relief.advance",
                        verbose_name="先行救助",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                (
                    "reserve",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="relief.reserve",
                        verbose_name="备用金",
                    ),
                ),
            ],
            options={
                "verbose_name": "备用金台账",
                "verbose_name_plural": "备用金台账",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="TemporaryApplication",
            fields=[
                (
                    "case_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="casework.case",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("emergency", "急难型"), ("expenditure", "支出型")],
                        max_length=12,
                        verbose_name="救助类型",
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("illness", "突发重病"),
                            ("accident", "交通等意外事故"),
                            ("fire", "火灾"),
                            ("disaster", "自然灾害"),
                            ("bereavement", "主要劳动力死亡"),
                            ("job_loss", "失业、收入中断"),
                            ("epidemic", "疫情影响"),
                            ("treatment", "医疗自付费用"),
                            ("education", "子女就学费用"),
                            ("disability", "残疾康复、护理费用"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="事由",
                    ),
                ),
                ("cause_words", models.CharField(max_length=500, verbose_name="情况说明")),
                (
                    "severity",
                    models.CharField(
                        blank=True,
                        choices=[("light", "轻度"), ("medium", "中度"), ("heavy", "重度")],
                        max_length=8,
                        verbose_name="困难程度",
                    ),
                ),
                ("happened_on", models.DateField(blank=True, null=True, verbose_name="发生日期")),
                (
                    "area_kind",
                    models.CharField(
                        choices=[("urban", "城镇"), ("rural", "农村")], max_length=5, verbose_name="城乡"
                    ),
                ),
                (
                    "home_income",
                    core.fields.MoneyField(
                        decimal_places=2, default=0, max_digits=14, verbose_name="家庭共同月收入（元）"
                    ),
                ),
                (
                    "financial_assets",
                    core.fields.MoneyField(
                        decimal_places=2, default=0, max_digits=14, verbose_name="家庭金融资产（元）"
                    ),
                ),
                ("assets_note", models.CharField(blank=True, max_length=200, verbose_name="财产情况")),
                ("papers_done_on", models.DateField(blank=True, null=True, verbose_name="手续补齐日期")),
                ("decided_on", models.DateField(blank=True, null=True, verbose_name="决定日期")),
                (
                    "granted_amount",
                    core.fields.MoneyField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="救助金额（元）"
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="benefits.assessment",
                        verbose_name="审批测算",
                    ),
                ),
                (
                    "entitlement",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="temporary_case",
                        to="benefits.entitlement",
                        verbose_name="待遇",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="benefits.assessment",
                        verbose_name="初审测算",
                    ),
                ),
            ],
            options={
                "verbose_name": "临时救助案件",
                "verbose_name_plural": "临时救助案件",
                "ordering": ["-id"],
            },
            bases=("casework.case",),
        ),
        migrations.CreateModel(
            name="ExpenseHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("spent_on", models.DateField(verbose_name="日期")),
                ("what", models.CharField(max_length=60, verbose_name="费用")),
                (
                    "amount",
                    core.fields.MoneyField(decimal_places=2, max_digits=14, verbose_name="自付金额（元）"),
                ),
                ("paper", models.CharField(max_length=100, verbose_name="票据")),
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
                        to="relief.expense",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="relief.temporaryapplication",
                        verbose_name="案件",
                    ),
                ),
            ],
            options={
                "verbose_name": "自付费用变更历史",
                "verbose_name_plural": "自付费用变更历史",
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="expense",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="expenses",
                to="relief.temporaryapplication",
                verbose_name="案件",
            ),
        ),
        migrations.CreateModel(
            name="AdvanceHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "amount",
                    core.fields.MoneyField(decimal_places=2, max_digits=14, verbose_name="金额（元）"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待审批"),
                            ("paid", "已付，待核销"),
                            ("settled", "已核销"),
                            ("to_recover", "待追回"),
                            ("recovered", "已追回"),
                            ("refused", "未同意"),
                        ],
                        default="proposed",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("proposed_on", models.DateField(verbose_name="提出日期")),
                ("paid_on", models.DateField(blank=True, null=True, verbose_name="付款日期")),
                ("paper_due_on", models.DateField(blank=True, null=True, verbose_name="手续补齐期限")),
                (
                    "to_recover",
                    core.fields.MoneyField(
                        decimal_places=2, default=0, max_digits=14, verbose_name="应追回（元）"
                    ),
                ),
                ("recovered_on", models.DateField(blank=True, null=True, verbose_name="追回日期")),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="批准人",
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
                        to="relief.advance",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "reserve",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="relief.reserve",
                        verbose_name="备用金",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="relief.temporaryapplication",
                        verbose_name="案件",
                    ),
                ),
            ],
            options={
                "verbose_name": "先行救助变更历史",
                "verbose_name_plural": "先行救助变更历史",
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="advance",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="advances",
                to="relief.temporaryapplication",
                verbose_name="案件",
            ),
        ),
        migrations.CreateModel(
            name="TemporaryMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("head", "户主"),
                            ("spouse", "配偶"),
                            ("son", "子"),
                            ("daughter", "女"),
                            ("parent", "父母"),
                            ("grandchild", "孙子女"),
                            ("sibling", "兄弟姐妹"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="与户主关系",
                    ),
                ),
                ("affected", models.BooleanField(default=True, verbose_name="受困")),
                (
                    "income",
                    core.fields.MoneyField(
                        decimal_places=2, default=0, max_digits=14, verbose_name="月收入（元）"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="relief.temporaryapplication",
                        verbose_name="案件",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.person",
                        verbose_name="居民",
                    ),
                ),
            ],
            options={
                "verbose_name": "临时救助家庭成员",
                "verbose_name_plural": "临时救助家庭成员",
                "ordering": ["application", "position", "id"],
            },
        ),
        migrations.CreateModel(
            name="TemporaryMemberHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("head", "户主"),
                            ("spouse", "配偶"),
                            ("son", "子"),
                            ("daughter", "女"),
                            ("parent", "父母"),
                            ("grandchild", "孙子女"),
                            ("sibling", "兄弟姐妹"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="与户主关系",
                    ),
                ),
                ("affected", models.BooleanField(default=True, verbose_name="受困")),
                (
                    "income",
                    core.fields.MoneyField(
                        decimal_places=2, default=0, max_digits=14, verbose_name="月收入（元）"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
                (
                    "application",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="relief.temporaryapplication",
                        verbose_name="案件",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
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
                        to="relief.temporarymember",
                    ),
                ),
            ],
            options={
                "verbose_name": "临时救助家庭成员变更历史",
                "verbose_name_plural": "临时救助家庭成员变更历史",
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="reserve",
            constraint=models.UniqueConstraint(fields=("township", "year"), name="reserve_once_a_year"),
        ),
        migrations.AddConstraint(
            model_name="reserve",
            constraint=models.CheckConstraint(
                condition=models.Q(("balance__gte", 0)), name="reserve_not_below_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="reserveentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "allotment")), fields=("reserve",), name="reserve_one_allotment"
            ),
        ),
        migrations.AddConstraint(
            model_name="reserveentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("advance__isnull", False)),
                fields=("advance", "kind"),
                name="reserve_advance_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="reserveentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__lt", 0), ("kind", "advance")),
                    models.Q(models.Q(("kind", "advance"), _negated=True), ("amount__gt", 0)),
                    _connector="OR",
                ),
                name="reserveentry_sign",
            ),
        ),
        migrations.AddConstraint(
            model_name="reserveentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("advance__isnull", False), ("kind__in", ["advance", "returned"])),
                    models.Q(
                        ("advance__isnull", True),
                        ("kind__in", ["allotment", "top_up"]),
                        models.Q(("document_number", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="reserveentry_of_advance",
            ),
        ),
        migrations.AddIndex(
            model_name="temporaryapplication",
            index=models.Index(fields=["decided_on"], name="temporary_decided"),
        ),
        migrations.AddConstraint(
            model_name="temporaryapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("granted_amount__isnull", True),
                    models.Q(
                        ("decided_on__isnull", False), ("decision__isnull", False), ("granted_amount__gt", 0)
                    ),
                    _connector="OR",
                ),
                name="temporary_decision_dated",
            ),
        ),
        migrations.AddConstraint(
            model_name="temporaryapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "emergency"), ("severity", ""), _negated=True),
                name="temporary_emergency_severity",
            ),
        ),
        migrations.AddConstraint(
            model_name="expense",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="expense_positive"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="expense",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "relief_expensehistory" ("amount", "application_id", "id", "paper", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "spent_on", "what") SELECT old_values."amount", old_values."application_id", old_values."id", old_values."paper", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."spent_on", old_values."what" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="687b561d492c09a8e7d7042303055d841eafc790",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_924bf",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="relief_expense",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="expense",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "relief_expensehistory" ("amount", "application_id", "id", "paper", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "spent_on", "what") SELECT old_values."amount", old_values."application_id", old_values."id", old_values."paper", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."spent_on", old_values."what" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="d887de795c9ed14176d8b9e4fe7cbfed65717097",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f8365",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="relief_expense",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="advance",
            index=models.Index(fields=["state", "paper_due_on"], name="advance_todo"),
        ),
        migrations.AddConstraint(
            model_name="advance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "refused"), _negated=True),
                fields=("case",),
                name="advance_one_a_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="advance",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="advance_positive"),
        ),
        migrations.AddConstraint(
            model_name="advance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="advance_two_hands",
            ),
        ),
        migrations.AddConstraint(
            model_name="advance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["proposed", "refused"]),
                    models.Q(
                        ("approved_by__isnull", False),
                        ("paid_on__isnull", False),
                        ("paper_due_on__isnull", False),
                        ("reserve__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="advance_paid_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="advance",
            constraint=models.CheckConstraint(
                condition=models.Q(("to_recover__gte", 0), ("to_recover__lte", models.F("amount"))),
                name="advance_to_recover_part",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="advance",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "relief_advancehistory" ("amount", "approved_by_id", "case_id", "id", "paid_on", "paper_due_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by_id", "proposed_on", "recovered_on", "reserve_id", "state", "to_recover") SELECT old_values."amount", old_values."approved_by_id", old_values."case_id", old_values."id", old_values."paid_on", old_values."paper_due_on", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."proposed_by_id", old_values."proposed_on", old_values."recovered_on", old_values."reserve_id", old_values."state", old_values."to_recover" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="9cbd00fda37a290f7cb34de084f0df63a7b3fdf5",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_bdf96",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="relief_advance",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="advance",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "relief_advancehistory" ("amount", "approved_by_id", "case_id", "id", "paid_on", "paper_due_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_by_id", "proposed_on", "recovered_on", "reserve_id", "state", "to_recover") SELECT old_values."amount", old_values."approved_by_id", old_values."case_id", old_values."id", old_values."paid_on", old_values."paper_due_on", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."proposed_by_id", old_values."proposed_on", old_values."recovered_on", old_values."reserve_id", old_values."state", old_values."to_recover" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="8a6aaf0f1d6fd3122fc4320e6d49eb33be813a5b",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_daf1c",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="relief_advance",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="temporarymember",
            constraint=models.UniqueConstraint(fields=("application", "person"), name="temporarymember_once"),
        ),
        migrations.AddConstraint(
            model_name="temporarymember",
            constraint=models.CheckConstraint(
                condition=models.Q(("income__gte", 0)), name="temporarymember_income"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="temporarymember",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "relief_temporarymemberhistory" ("affected", "application_id", "id", "income", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "relation") SELECT old_values."affected", old_values."application_id", old_values."id", old_values."income", old_values."person_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."relation" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="48168a2e1275a34cd64d61ccf74bcffc81ec6704",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4169c",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="relief_temporarymember",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="temporarymember",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "relief_temporarymemberhistory" ("affected", "application_id", "id", "income", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "relation") SELECT old_values."affected", old_values."application_id", old_values."id", old_values."income", old_values."person_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."relation" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="edc5ffa320d063436a63028c5f3c2a5cdf30133b",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_a003c",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="relief_temporarymember",
                    when="AFTER",
                ),
            ),
        ),
    ]
