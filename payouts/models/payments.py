"""Payments, and the differences with the past that some of them settle."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from benefits.models import Assessment, Entitlement, Programme
from core.fields import MoneyField, MonthField
from district.models import Division
from district.scope import ScopedQuerySet
from payouts.models.runs import Run
from registry.models import Household, Institution, Person


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
