"""What was paid and not owed and can't be set off."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from benefits.models import Programme
from core.fields import MoneyField, MonthField
from core.history import tracked
from district.models import Division
from district.scope import ScopedQuerySet
from registry.models import Household, Person

USER = settings.AUTH_USER_MODEL


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
