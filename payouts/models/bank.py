"""What went to the bank and came back, and the files that were given out."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.fields import MoneyField
from core.models import StoredFile
from district.models import Division
from district.scope import ScopedQuerySet
from payouts.models.runs import Run

USER = settings.AUTH_USER_MODEL


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
