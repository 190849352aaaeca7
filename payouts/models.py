"""Runs, payments, what went to the bank and came back, differences with the past, and claims."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from benefits.models import Assessment, Entitlement, Programme
from core.fields import MoneyField, MonthField
from core.history import tracked
from core.models import Job, StoredFile
from district.models import Division
from district.scope import ScopedQuerySet
from registry.models import Household, Institution, Person

USER = settings.AUTH_USER_MODEL


class RunKind(models.TextChoices):
    MONTHLY = "monthly", "月度发放"
    ONE_OFF = "one_off", "一次性发放"
    REISSUE = "reissue", "重发"


class RunState(models.TextChoices):
    BUILDING = "building", "生成中"
    DRAFT = "draft", "待复核"
    REVIEWED = "reviewed", "待审定"
    APPROVED = "approved", "待锁定"
    LOCKED = "locked", "已锁定"
    CLOSED = "closed", "已结账"


OPEN_STATES = (RunState.BUILDING, RunState.DRAFT, RunState.REVIEWED, RunState.APPROVED)
FINAL_STATES = (RunState.LOCKED, RunState.CLOSED)


class Run(models.Model):
    """发放批次: one programme, one month, one area. Made, reviewed and approved by different people, then locked."""

    number = models.CharField("批次号", max_length=30, unique=True)
    kind = models.CharField("种类", max_length=10, choices=RunKind, default=RunKind.MONTHLY)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="runs", verbose_name="项目")
    month = MonthField("月份")
    # One-off money is paid any day: a month may have several runs of it, one after the other.
    batch = models.PositiveSmallIntegerField("当月第几批", default=1)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="范围")
    state = models.CharField("状态", max_length=10, choices=RunState, default=RunState.BUILDING)
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="任务")
    # Entitlement-months that another run pays or that are held; and payments here whose payee has no account.
    already_paid = models.PositiveIntegerField("已在其他批次", default=0)
    held = models.PositiveIntegerField("暂缓", default=0)
    without_account = models.PositiveIntegerField("缺账号", default=0)
    maker = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="制表人"
    )
    made_at = models.DateTimeField("制表时间", default=timezone.now)
    reviewer = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )
    reviewed_at = models.DateTimeField("复核时间", null=True, blank=True)
    approver = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审定人"
    )
    approved_at = models.DateTimeField("审定时间", null=True, blank=True)
    locked_at = models.DateTimeField("锁定时间", null=True, blank=True)
    closer = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="结账人"
    )
    closed_at = models.DateTimeField("结账时间", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "发放批次"
        ordering = ["-month", "programme__position", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "month", "division", "kind", "batch"],
                name="run_once",
                condition=~Q(kind="reissue"),
            ),
            models.CheckConstraint(
                name="run_monthly_once", condition=Q(batch__gte=1) & (Q(kind="one_off") | Q(batch=1))
            ),
            # Two runs of one programme are never compared with the past at the same moment.
            models.UniqueConstraint(
                fields=["programme"], name="run_one_building", condition=Q(state="building")
            ),
            models.CheckConstraint(
                name="run_reviewed_by_another",
                condition=Q(state__in=["building", "draft"])
                | Q(reviewer__isnull=False) & (Q(maker__isnull=True) | ~Q(reviewer=F("maker"))),
            ),
            models.CheckConstraint(
                name="run_approved_by_another",
                condition=Q(state__in=["building", "draft", "reviewed"])
                | Q(approver__isnull=False)
                & ~Q(approver=F("reviewer"))
                & (Q(maker__isnull=True) | ~Q(approver=F("maker"))),
            ),
            models.CheckConstraint(
                name="run_closed_by_someone", condition=~Q(state="closed") | Q(closer__isnull=False)
            ),
        ]

    def __str__(self):
        words = f"{self.programme} {self.month:%Y年}{self.month.month}月{self.batch_words}"
        return words + ("（重发）" if self.is_reissue else "")

    def get_absolute_url(self):
        return reverse("payouts:run", args=[self.pk])

    @property
    def batch_words(self) -> str:
        """` 第 2 批` for a further run of the month, nothing for its first."""
        return f" 第 {self.batch} 批" if self.batch > 1 else ""

    @property
    def is_reissue(self) -> bool:
        return self.kind == RunKind.REISSUE

    @property
    def is_one_off(self) -> bool:
        return self.kind == RunKind.ONE_OFF

    @property
    def is_final(self) -> bool:
        return self.state in FINAL_STATES


class RunEvent(models.Model):
    """What was done with a run, by whom, with which words. Written once."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="events", verbose_name="批次")
    at = models.DateTimeField("时间", default=timezone.now)
    actor = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="人员"
    )
    action = models.CharField("动作", max_length=20)
    label = models.CharField("动作名称", max_length=40)
    opinion = models.CharField("意见", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "批次记录"
        ordering = ["-id"]

    def __str__(self):
        return self.label


class Difference(models.Model):
    """What a month should have been, less what was accounted for it: positive is owed to, negative by the beneficiary.

    Settled by payments that name it (补发, 扣回) or by the claim it went into; `cancelled` is the part that a later
    decision made void before any money moved.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="项目")
    beneficiary_id = models.BigIntegerField("对象键")
    entitlement = models.ForeignKey(
        Entitlement, models.PROTECT, related_name="differences", verbose_name="待遇"
    )
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="村（社区）")
    month = MonthField("所属月份")
    amount = MoneyField("差额（元）")
    cancelled = MoneyField("撤销部分（元）", default=0)
    reason = models.CharField("原因", max_length=300)
    found_by = models.ForeignKey(Run, models.PROTECT, related_name="found", verbose_name="发现批次")
    found_at = models.DateTimeField("发现时间", default=timezone.now)
    claim = models.ForeignKey(
        "Claim", models.PROTECT, null=True, blank=True, related_name="differences", verbose_name="追缴"
    )

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "补扣差额"
        ordering = ["month", "id"]
        constraints = [
            models.CheckConstraint(name="difference_not_zero", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="difference_cancelled_part",
                condition=Q(amount__gt=0, cancelled__gte=0, cancelled__lte=F("amount"))
                | Q(amount__lt=0, cancelled__lte=0, cancelled__gte=F("amount")),
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "beneficiary_id", "month"], name="difference_of_month"),
        ]

    def __str__(self):
        return f"{self.month:%Y-%m} {self.amount}"


class PaymentKind(models.TextChoices):
    REGULAR = "regular", "正常"
    ARREARS = "arrears", "补发"
    RECOVERY = "recovery", "扣回"
    ONE_OFF = "one_off", "一次性"


class Payment(models.Model):
    """发放明细: one entitlement-month (or its correction) in one run, with payee, account and breakdown as they were.

    Rows come by INSERT … SELECT and never change after the run is locked. Only run, entitlement and difference are
    checked by the database: the other keys are copies of the entitlement's, which is never deleted.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="payments", verbose_name="批次", db_index=False)
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="payments", verbose_name="待遇")
    programme = models.ForeignKey(
        Programme,
        models.PROTECT,
        related_name="+",
        verbose_name="项目",
        db_constraint=False,
        db_index=False,
    )
    beneficiary_id = models.BigIntegerField("对象键")
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="家庭",
        db_constraint=False,
        db_index=False,
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        related_name="+",
        verbose_name="户主或本人",
        db_constraint=False,
        db_index=False,
    )
    # Who the money is for: the person, or a guardian. Where a home receives it, `payee_name` and the account are the
    # home's, while `payee` and `payee_id_number` stay those of the person, whom the sheet names.
    payee = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name="领款人", db_constraint=False, db_index=False
    )
    payee_institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="收款机构",
        db_constraint=False,
        db_index=False,
    )
    division = models.ForeignKey(
        Division,
        models.PROTECT,
        related_name="+",
        verbose_name="村（社区）",
        db_constraint=False,
        db_index=False,
    )
    month = MonthField("所属月份")
    kind = models.CharField("类别", max_length=10, choices=PaymentKind, default=PaymentKind.REGULAR)
    # The first payment for this month: the month's own, or the arrears of a month that had not been paid at all.
    is_base = models.BooleanField("该月首次", default=True)
    amount = MoneyField("金额（元）")
    persons = models.PositiveSmallIntegerField("保障人数")
    assessment = models.ForeignKey(
        Assessment,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="测算",
        db_constraint=False,
        db_index=False,
    )
    difference = models.ForeignKey(
        Difference, models.PROTECT, null=True, related_name="payments", verbose_name="差额"
    )
    head_name = models.CharField("户主或本人", max_length=60)
    payee_name = models.CharField("领款人", max_length=60)
    payee_id_number = models.CharField("身份证号", max_length=18)
    household_number = models.CharField("户编号", max_length=40, blank=True)
    village_name = models.CharField("村（社区）", max_length=60)
    bank = models.CharField("开户银行", max_length=60, blank=True)
    account_number = models.CharField("银行账号", max_length=32, blank=True)
    account_name = models.CharField("户名", max_length=60, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "发放明细"
        ordering = ["division_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["beneficiary_id", "programme", "month"],
                name="payment_month_once",
                condition=Q(is_base=True) & ~Q(kind="one_off"),
            ),
            models.UniqueConstraint(
                fields=["entitlement"], name="payment_one_off_once", condition=Q(kind="one_off")
            ),
            models.UniqueConstraint(
                fields=["difference", "run"],
                name="payment_difference_once_a_run",
                condition=Q(difference__isnull=False),
            ),
            models.CheckConstraint(
                name="payment_sign",
                condition=Q(kind="recovery", amount__lt=0) | ~Q(kind="recovery") & Q(amount__gt=0),
            ),
        ]
        indexes = [models.Index(fields=["run", "division"], name="payment_of_run")]

    def __str__(self):
        return f"{self.payee_name} {self.month:%Y-%m}"

    def get_absolute_url(self):
        return reverse("payouts:payment", args=[self.pk])


class BankReturn(models.Model):
    """退票/回盘: a bank's answer as it came, and what became of its lines."""

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="returns", verbose_name="批次")
    lines = models.PositiveIntegerField("行数", default=0)
    success = models.PositiveIntegerField("成功", default=0)
    failed = models.PositiveIntegerField("失败", default=0)
    already = models.PositiveIntegerField("此前已回盘", default=0)
    refused = models.JSONField("拒收", default=list)
    loaded_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人"
    )
    loaded_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "银行回盘"
        ordering = ["-id"]

    def __str__(self):
        return self.file.name


class TransferState(models.TextChoices):
    PLANNED = "planned", "拟重发"
    OUTSTANDING = "outstanding", "待回盘"
    SUCCESS = "success", "成功"
    FAILED = "failed", "失败"


class Transfer(models.Model):
    """One line of a bank file: one attempt to pay what a run gives to one beneficiary."""

    origin_run = models.ForeignKey(
        Run, models.PROTECT, related_name="attempts", verbose_name="原批次", db_index=False
    )
    run = models.ForeignKey(
        Run, models.PROTECT, related_name="transfers", verbose_name="批次", db_index=False
    )
    beneficiary_id = models.BigIntegerField("对象键")
    attempt = models.PositiveSmallIntegerField("第几次", default=1)
    seq = models.PositiveIntegerField("序号", null=True)
    division = models.ForeignKey(
        Division,
        models.PROTECT,
        related_name="+",
        verbose_name="村（社区）",
        db_constraint=False,
        db_index=False,
    )
    payee_name = models.CharField("领款人", max_length=60)
    bank = models.CharField("开户银行", max_length=60, blank=True)
    account_number = models.CharField("银行账号", max_length=32, blank=True)
    account_name = models.CharField("户名", max_length=60, blank=True)
    amount = MoneyField("金额（元）")
    state = models.CharField("结果", max_length=12, choices=TransferState, default=TransferState.OUTSTANDING)
    reason = models.CharField("失败原因", max_length=200, blank=True)
    returned_at = models.DateTimeField("回盘时间", null=True, blank=True)
    bank_return = models.ForeignKey(
        BankReturn, models.PROTECT, null=True, blank=True, related_name="transfers", verbose_name="回盘文件"
    )
    given_up_at = models.DateTimeField("不再重发时间", null=True, blank=True)
    given_up_reason = models.CharField("不再重发原因", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "run__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "银行代发"
        ordering = ["run_id", "seq", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["origin_run", "beneficiary_id"],
                name="transfer_one_open",
                condition=Q(state__in=["planned", "outstanding", "success"]),
            ),
            models.UniqueConstraint(
                fields=["origin_run", "beneficiary_id", "attempt"], name="transfer_attempt"
            ),
            models.UniqueConstraint(fields=["run", "seq"], name="transfer_seq"),
            models.CheckConstraint(name="transfer_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="transfer_given_up_failed", condition=Q(given_up_at__isnull=True) | Q(state="failed")
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "division"],
                name="transfer_unsettled",
                condition=Q(state__in=["planned", "outstanding", "failed"]),
            ),
        ]

    def __str__(self):
        return f"{self.payee_name} {self.amount}"


class FileKind(models.TextChoices):
    SHEET = "sheet", "花名册"
    BANK = "bank", "银行代发文件"
    CONTROL = "control", "银行代发核对单"


class RunFile(models.Model):
    """A file that a locked run gave out: made once, the same bytes ever after."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="files", verbose_name="批次")
    kind = models.CharField("种类", max_length=10, choices=FileKind)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="范围")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "run__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "批次文件"
        ordering = ["kind", "division_id"]
        constraints = [models.UniqueConstraint(fields=["run", "kind", "division"], name="runfile_once")]

    def __str__(self):
        return self.file.name


class ClaimState(models.TextChoices):
    OPEN = "open", "待追缴"
    INSTALMENTS = "instalments", "分期归还"
    WRITE_OFF = "write_off", "待核销审批"
    SETTLED = "settled", "已还清"
    WRITTEN_OFF = "written_off", "已核销"


@tracked(inserts=True)
class Claim(models.Model):
    """追缴: money paid and not owed that can't be set off, because nothing is paid any more."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="项目")
    beneficiary_id = models.BigIntegerField("对象键")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="+", verbose_name="家庭")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="户主或本人")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="村（社区）")
    amount = MoneyField("应追缴（元）")
    repaid = MoneyField("已归还（元）", default=0)
    state = models.CharField("状态", max_length=12, choices=ClaimState, default=ClaimState.OPEN)
    opened_at = models.DateTimeField("登记时间", default=timezone.now)
    plan_amount = MoneyField("每期归还（元）", null=True, blank=True)
    plan_first_month = MonthField("首期月份", null=True, blank=True)
    plan_note = models.CharField("分期说明", max_length=300, blank=True)
    write_off_reason = models.CharField("核销原因", max_length=300, blank=True)
    proposed_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核销申请人"
    )
    decided_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核销审批人"
    )
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "追缴"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="claim_repaid", condition=Q(amount__gt=0, repaid__gte=0, repaid__lte=F("amount"))
            ),
            models.CheckConstraint(
                name="claim_written_off_by_another",
                condition=~Q(state="written_off")
                | Q(proposed_by__isnull=False, decided_by__isnull=False) & ~Q(proposed_by=F("decided_by")),
            ),
        ]

    def __str__(self):
        return f"{self.person} {self.amount}"

    def get_absolute_url(self):
        return reverse("payouts:claim", args=[self.pk])

    @property
    def remaining(self):
        return self.amount - self.repaid


class Repayment(models.Model):
    """A repayment on a claim, with its receipt. Written once."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="repayments", verbose_name="追缴")
    amount = MoneyField("金额（元）")
    paid_on = models.DateField("归还日期")
    receipt = models.CharField("收据号", max_length=40)
    recorded_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="经办人")
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "归还"
        ordering = ["paid_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["receipt"], name="repayment_receipt_once"),
            models.CheckConstraint(name="repayment_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self):
        return f"{self.paid_on} {self.amount}"
