"""Facts of a 临时救助 case, what the township paid ahead for it, and the townships' reserve ledger (备用金)."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from benefits.models import Assessment, Entitlement
from casework.models import Case
from core.fields import MoneyField
from core.history import tracked
from core.money import ZERO
from district.models import AreaKind, Division, Line
from district.scope import ALL_LINES, ScopedQuerySet
from registry.models import Person, Relation
from relief.shared.models import OfApplication

USER = settings.AUTH_USER_MODEL


class Kind(models.TextChoices):
    EMERGENCY = "emergency", "急难型"
    EXPENDITURE = "expenditure", "支出型"


class Severity(models.TextChoices):
    LIGHT = "light", "轻度"
    MEDIUM = "medium", "中度"
    HEAVY = "heavy", "重度"


class Cause(models.TextChoices):
    ILLNESS = "illness", "突发重病"
    ACCIDENT = "accident", "交通等意外事故"
    FIRE = "fire", "火灾"
    DISASTER = "disaster", "自然灾害"
    BEREAVEMENT = "bereavement", "主要劳动力死亡"
    JOB_LOSS = "job_loss", "失业、收入中断"
    EPIDEMIC = "epidemic", "疫情影响"
    TREATMENT = "treatment", "医疗自付费用"
    EDUCATION = "education", "子女就学费用"
    DISABILITY = "disability", "残疾康复、护理费用"
    OTHER = "other", "其他"


class TemporaryApplication(Case):
    """临时救助申请 of a household for one event (flows `temporary`, `temporary_urgent`).

    `granted_amount` is what the decision is worth in all: what the township advanced and what the entitlement pays.
    """

    kind = models.CharField("救助类型", max_length=12, choices=Kind)
    cause = models.CharField("事由", max_length=12, choices=Cause)
    cause_words = models.CharField("情况说明", max_length=500)
    severity = models.CharField("困难程度", max_length=8, choices=Severity, blank=True)
    happened_on = models.DateField("发生日期", null=True, blank=True)
    area_kind = models.CharField("城乡", max_length=5, choices=AreaKind)
    home_income = MoneyField("家庭共同月收入（元）", default=0)
    financial_assets = MoneyField("家庭金融资产（元）", default=0)
    assets_note = models.CharField("财产情况", max_length=200, blank=True)
    papers_done_on = models.DateField("手续补齐日期", null=True, blank=True)
    proposal = models.ForeignKey(
        Assessment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="初审测算"
    )
    decision = models.ForeignKey(
        Assessment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批测算"
    )
    decided_on = models.DateField("决定日期", null=True, blank=True)
    granted_amount = MoneyField("救助金额（元）", null=True, blank=True)
    entitlement = models.OneToOneField(
        Entitlement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="temporary_case",
        verbose_name="待遇",
    )

    class Meta:
        verbose_name = verbose_name_plural = "临时救助案件"
        ordering = ["-id"]
        indexes = [models.Index(fields=["decided_on"], name="temporary_decided")]
        constraints = [
            models.CheckConstraint(
                name="temporary_decision_dated",
                condition=Q(granted_amount__isnull=True)
                | Q(granted_amount__gt=0, decided_on__isnull=False, decision__isnull=False),
            ),
            models.CheckConstraint(
                name="temporary_emergency_severity", condition=~Q(kind="emergency", severity="")
            ),
        ]

    @property
    def advance(self) -> "Advance | None":
        """What the township proposed or paid ahead; a proposal that was turned down is none."""
        return self.advances.exclude(state=AdvanceState.REFUSED).first()

    @property
    def advance_paid(self) -> "Advance | None":
        one = self.advance
        return one if one and one.state != AdvanceState.PROPOSED else None

    @property
    def self_paid(self) -> Decimal:
        """Σ of the self-paid expenses, yuan."""
        return sum((one.amount for one in self.expenses.all()), ZERO)

    @property
    def affected(self) -> int:
        return sum(one.affected for one in self.members.all())


@tracked()
class TemporaryMember(OfApplication):
    """A member of the household as this case took them down: income in yuan a month, hit by the event or not."""

    application = models.ForeignKey(
        TemporaryApplication, models.PROTECT, related_name="members", verbose_name="案件"
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="居民")
    relation = models.CharField("与户主关系", max_length=12, choices=Relation)
    affected = models.BooleanField("受困", default=True)
    income = MoneyField("月收入（元）", default=0)
    position = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "临时救助家庭成员"
        ordering = ["application", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "person"], name="temporarymember_once"),
            models.CheckConstraint(name="temporarymember_income", condition=Q(income__gte=0)),
        ]

    def __str__(self):
        return str(self.person)


@tracked()
class Expense(OfApplication):
    """A self-paid expense of the last twelve months (自付费用), with the paper that proves it."""

    application = models.ForeignKey(
        TemporaryApplication, models.PROTECT, related_name="expenses", verbose_name="案件"
    )
    spent_on = models.DateField("日期")
    what = models.CharField("费用", max_length=60)
    amount = MoneyField("自付金额（元）")
    paper = models.CharField("票据", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "自付费用"
        ordering = ["application", "spent_on", "id"]
        constraints = [models.CheckConstraint(name="expense_positive", condition=Q(amount__gt=0))]

    def __str__(self):
        return f"{self.what} {self.amount}"


# -- the reserve --------------------------------------------------------------------------------------------


class ReserveQuerySet(ScopedQuerySet):
    """Reserves belong to one line: an officer of another line sees none of them."""

    def visible_to(self, user: Any) -> "ReserveQuerySet":
        found: Any = super().visible_to(user)
        mine = getattr(user, "role", "") in ALL_LINES or Line.RELIEF in (getattr(user, "lines", None) or ())
        return found if mine else found.none()


class Reserve(models.Model):
    """备用金 of a township in a year. `balance` is kept by the database from the entries and is never below zero."""

    township = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="乡镇（街道）")
    year = models.PositiveSmallIntegerField("年度")
    balance = MoneyField("余额（元）", default=0)

    objects = ReserveQuerySet.as_manager()
    division_path = "township"

    class Meta:
        verbose_name = verbose_name_plural = "临时救助备用金"
        ordering = ["-year", "township"]
        constraints = [
            models.UniqueConstraint(fields=["township", "year"], name="reserve_once_a_year"),
            models.CheckConstraint(name="reserve_not_below_zero", condition=Q(balance__gte=0)),
        ]

    def __str__(self):
        return f"{self.township} {self.year} 年备用金"

    def get_absolute_url(self):
        return reverse("relief:reserve", args=[self.pk])


class AdvanceState(models.TextChoices):
    PROPOSED = "proposed", "待审批"
    PAID = "paid", "已付，待核销"
    SETTLED = "settled", "已核销"
    TO_RECOVER = "to_recover", "待追回"
    RECOVERED = "recovered", "已追回"
    REFUSED = "refused", "未同意"


@tracked()
class Advance(models.Model):
    """先行救助: the township's clerk proposes, its leader approves, the reserve pays at once; the papers follow.

    `to_recover`: what the decision left over of it, that the township must get back.
    """

    case = models.ForeignKey(
        TemporaryApplication, models.PROTECT, related_name="advances", verbose_name="案件"
    )
    reserve = models.ForeignKey(
        Reserve, models.PROTECT, null=True, blank=True, related_name="advances", verbose_name="备用金"
    )
    amount = MoneyField("金额（元）")
    state = models.CharField("状态", max_length=12, choices=AdvanceState, default=AdvanceState.PROPOSED)
    proposed_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_on = models.DateField("提出日期")
    approved_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    paid_on = models.DateField("付款日期", null=True, blank=True)
    paper_due_on = models.DateField("手续补齐期限", null=True, blank=True)
    to_recover = MoneyField("应追回（元）", default=0)
    recovered_on = models.DateField("追回日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "case__division"
    line_path = "case__line"

    class Meta:
        verbose_name = verbose_name_plural = "先行救助"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], name="advance_one_a_case", condition=~Q(state="refused")
            ),
            models.CheckConstraint(name="advance_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="advance_two_hands",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="advance_paid_whole",
                condition=Q(state__in=["proposed", "refused"])
                | Q(
                    reserve__isnull=False,
                    approved_by__isnull=False,
                    paid_on__isnull=False,
                    paper_due_on__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="advance_to_recover_part",
                condition=Q(to_recover__gte=0, to_recover__lte=F("amount")),
            ),
        ]
        indexes = [models.Index(fields=["state", "paper_due_on"], name="advance_todo")]

    def __str__(self):
        return f"{self.case.number} 先行救助"

    def is_late(self, day: Any) -> bool:
        """Papers not complete though their day is past."""
        return bool(
            self.state == AdvanceState.PAID
            and self.case.papers_done_on is None
            and self.paper_due_on
            and self.paper_due_on < day
        )


class EntryKind(models.TextChoices):
    ALLOTMENT = "allotment", "年度下拨"
    TOP_UP = "top_up", "追加拨付"
    ADVANCE = "advance", "先行救助付款"
    RETURNED = "returned", "追回退还"


class ReserveEntry(models.Model):
    """One line of the ledger, written once: positive comes in, negative goes out. `balance` is what it left."""

    reserve = models.ForeignKey(Reserve, models.PROTECT, related_name="entries", verbose_name="备用金")
    kind = models.CharField("类别", max_length=10, choices=EntryKind)
    amount = MoneyField("金额（元）")
    balance = MoneyField("余额（元）", default=0)
    on = models.DateField("日期")
    document_number = models.CharField("拨付文号", max_length=60, blank=True)
    note = models.CharField("摘要", max_length=200, blank=True)
    advance = models.ForeignKey(
        Advance, models.PROTECT, null=True, blank=True, related_name="entries", verbose_name="先行救助"
    )
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="经办人")
    made_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = ReserveQuerySet.as_manager()
    division_path = "reserve__township"

    class Meta:
        verbose_name = verbose_name_plural = "备用金台账"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reserve"], name="reserve_one_allotment", condition=Q(kind="allotment")
            ),
            models.UniqueConstraint(
                fields=["advance", "kind"],
                name="reserve_advance_once",
                condition=Q(advance__isnull=False),
            ),
            models.CheckConstraint(
                name="reserveentry_sign",
                condition=Q(kind="advance", amount__lt=0) | ~Q(kind="advance") & Q(amount__gt=0),
            ),
            models.CheckConstraint(
                name="reserveentry_of_advance",
                condition=Q(kind__in=["advance", "returned"], advance__isnull=False)
                | Q(kind__in=["allotment", "top_up"], advance__isnull=True) & ~Q(document_number=""),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.amount}"
