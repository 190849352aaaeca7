"""Rows that several trades keep: figures as declared, as verified, as recognised; reviews of what is paid."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from benefits.models import Entitlement
from casework.models import Case
from core.fields import MoneyField
from core.history import tracked
from district.scope import ScopedQuerySet


class ChangeKind(models.TextChoices):
    ADJUST = "adjust", "变更"
    END = "end", "停发"


class OfApplication(models.Model):
    """Rows of a case: seen by whoever may see the case."""

    objects = ScopedQuerySet.as_manager()
    division_path = "application__division"
    line_path = "application__line"

    class Meta:
        abstract = True


class IncomeKind(models.TextChoices):
    WAGES = "wages", "工资性收入"
    PENSION = "pension", "养老金"
    FARMING = "farming", "经营净收入"
    PROPERTY = "property", "财产净收入"
    SUPPORT = "support", "赡（抚、扶）养费"
    TRANSFER = "transfer", "转移净收入"


class AssetKind(models.TextChoices):
    FINANCIAL = "financial_assets", "金融资产（元）"
    HOUSES = "houses", "住房（套）"
    VEHICLES = "vehicles", "机动车（辆）"
    SHOPS = "shops", "商业门面（间）"


NOT_NEGATIVE = (
    Q(declared__gte=0)
    & (Q(verified__isnull=True) | Q(verified__gte=0))
    & (Q(recognised__isnull=True) | Q(recognised__gte=0))
)


class IncomeRow(OfApplication):
    """Yuan a month of one kind: what was declared, what the check found, what is recognised and on what ground."""

    kind = models.CharField("项目", max_length=10, choices=IncomeKind)
    declared = MoneyField("申报（元/月）")
    verified = MoneyField("核对结果（元/月）", null=True, blank=True)
    recognised = MoneyField("认定（元/月）", null=True, blank=True)
    basis = models.CharField("认定依据", max_length=200, blank=True)

    class Meta:
        abstract = True
        verbose_name = verbose_name_plural = "收入"
        constraints = [models.CheckConstraint(name="%(class)s_not_negative", condition=NOT_NEGATIVE)]

    def __str__(self):
        return str(self.get_kind_display())

    @property
    def best(self) -> Decimal:
        """The newest word on it: recognised, else verified, else declared."""
        return next((x for x in (self.recognised, self.verified) if x is not None), self.declared)

    @property
    def differs(self) -> bool:
        """Whether what is recognised is not what was declared."""
        return self.recognised is not None and self.recognised != self.declared


class AssetRow(OfApplication):
    """What is owned of one kind: yuan for financial assets, a count for the rest."""

    kind = models.CharField("项目", max_length=20, choices=AssetKind)
    declared = MoneyField("申报")
    verified = MoneyField("核对结果", null=True, blank=True)
    recognised = MoneyField("认定", null=True, blank=True)
    basis = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        abstract = True
        verbose_name = verbose_name_plural = "财产"
        ordering = ["application", "id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "kind"], name="%(class)s_once"),
            models.CheckConstraint(name="%(class)s_not_negative", condition=NOT_NEGATIVE),
        ]

    def __str__(self):
        return str(self.get_kind_display())

    best = IncomeRow.best
    differs = IncomeRow.differs


class ReviewResult(models.TextChoices):
    CONTINUE = "continue", "符合条件，继续享受"
    ADJUST = "adjust", "情况有变，转变更"
    END = "end", "不再符合，转停发"


@tracked()
class Review(models.Model):
    """年审（定期核查）of a live entitlement: what was found, when the next one is due, the change case it led to."""

    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="reviews", verbose_name="待遇")
    reviewed_on = models.DateField("核查日期")
    result = models.CharField("结果", max_length=10, choices=ReviewResult)
    note = models.CharField("核查情况", max_length=500)
    next_due = models.DateField("下次核查期限", null=True, blank=True)
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="变更案件"
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="核查人"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    division_path = "entitlement__division"
    line_path = "entitlement__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "定期核查"
        ordering = ["-reviewed_on", "-id"]

    def __str__(self):
        return f"{self.reviewed_on} {self.get_result_display()}"
