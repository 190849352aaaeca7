"""Runs and what was done with them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from benefits.models import Programme
from core.fields import MonthField
from core.models import Job
from district.models import Division
from district.scope import ScopedQuerySet

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
