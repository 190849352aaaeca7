"""Recheck runs, findings (疑点) and what happened to them until the family was heard."""

from datetime import date

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from benefits.models import EndReason, Entitlement, Hold, Programme
from casework.models import Case
from core.fields import MonthField
from core.history import tracked
from core.models import Job, StoredFile
from district.models import Division, Line
from district.scope import ScopedQuerySet
from rechecks import kinds
from registry.models import Household, Person


class Recheck(models.Model):
    """One comparison of a month's holdings with the lists at hand. It may be made again; its findings stay the same."""

    month = MonthField("月份", unique=True)
    state = models.CharField(
        "状态",
        max_length=8,
        choices=[("running", "比对中"), ("done", "已完成"), ("failed", "未完成")],
        default="running",
    )
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", verbose_name="任务")
    checked = models.PositiveIntegerField("比对待遇", default=0)
    findings = models.PositiveIntegerField("疑点", default=0)
    new = models.PositiveIntegerField("新疑点", default=0)
    line = models.CharField("业务线", max_length=12, choices=Line, default=Line.RELIEF)
    # What it rested on: kind → {list, as_of, rows, stale} or null where no list was there.
    lists = models.JSONField("所用名单", default=dict)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="范围")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="发起人"
    )
    started_at = models.DateTimeField("开始时间", default=timezone.now)
    finished_at = models.DateTimeField("完成时间", null=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "line"

    class Meta:
        verbose_name = verbose_name_plural = "回头看"
        ordering = ["-month"]

    def __str__(self):
        return f"{self.month:%Y-%m} 回头看"

    def get_absolute_url(self):
        return reverse("rechecks:recheck", args=[self.pk])


class FindingState(models.TextChoices):
    OPEN = "open", "待核查"
    REPORTED = "reported", "待审定"
    IN_CASE = "in_case", "办理停发或变更"
    ENDED = "ended", "已停发"
    REDUCED = "reduced", "已变更"
    SUSPENDED = "suspended", "已暂缓"
    KEPT = "kept", "保留"
    LIST_WRONG = "list_wrong", "名单有误"
    GONE = "gone", "待遇已终止"


# Decided by a person; found again only when the evidence has changed.
CLEARED = (FindingState.KEPT, FindingState.LIST_WRONG)
DECIDED = (*CLEARED, FindingState.ENDED, FindingState.REDUCED, FindingState.SUSPENDED, FindingState.GONE)


class Outcome(models.TextChoices):
    END = "end", "停发"
    REDUCE = "reduce", "变更金额"
    SUSPEND = "suspend", "暂缓发放"
    KEEP = "keep", "不影响，保留"
    LIST_WRONG = "list_wrong", "名单有误"


@tracked()
class Finding(models.Model):
    """疑点: one holding × person × kind of list, with all its evidence rows frozen in it.

    The holding is a programme's of one beneficiary, whatever successor of the entitlement is in force.
    """

    recheck = models.ForeignKey(Recheck, models.PROTECT, related_name="+", verbose_name="最近一次回头看")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="项目")
    beneficiary_id = models.BigIntegerField("对象键")
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="findings", verbose_name="待遇")
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="findings", verbose_name="家庭"
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="findings", verbose_name="居民")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="村（社区）")
    kind = models.CharField("名单", max_length=12, choices=kinds.CHOICES)
    name_mismatch = models.BooleanField("姓名不符", default=False)
    # How much the list's person resembles this one, of 100; empty where the ID number is the same.
    score = models.PositiveSmallIntegerField("疑似分", null=True, blank=True)
    evidence = models.JSONField("依据", default=list)
    evidence_hash = models.CharField("依据摘要", max_length=32)
    state = models.CharField("状态", max_length=10, choices=FindingState, default=FindingState.OPEN)
    first_month = MonthField("首次发现")
    last_month = MonthField("最近发现")
    due_on = models.DateField("核查期限", null=True)
    proposal = models.CharField("核查意见", max_length=10, choices=Outcome, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="核查人"
    )
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", verbose_name="停发或变更案件")
    hold = models.ForeignKey(Hold, models.PROTECT, null=True, related_name="+", verbose_name="暂缓")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审定人"
    )
    decided_at = models.DateTimeField("审定时间", null=True)
    found_at = models.DateTimeField("发现时间", default=timezone.now)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "疑点"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "beneficiary_id", "person", "kind"], name="finding_once"
            )
        ]
        indexes = [models.Index(fields=["state", "division"], name="finding_todo")]

    def __str__(self):
        return f"{self.person} {self.get_kind_display()}"

    def get_absolute_url(self):
        return reverse("rechecks:finding", args=[self.pk])

    @property
    def waits_until(self):
        """The limit, while somebody has to verify."""
        return self.due_on if self.state == FindingState.OPEN else None


class FindingEvent(models.Model):
    """What happened to a finding: found, verified, decided, found again. Written once."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="events", verbose_name="疑点")
    at = models.DateTimeField("时间", default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="人员"
    )
    label = models.CharField("动作", max_length=60)
    words = models.TextField("说明", blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "finding__division"
    line_path = "finding__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "核查记录"
        ordering = ["-id"]

    def __str__(self):
        return self.label


class Verification(models.Model):
    """核查: what people saw and heard of a finding, and what they propose. Written once."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="verifications", verbose_name="疑点")
    verified_on = models.DateField("核查日期")
    visitors = models.CharField("核查人员", max_length=120)
    words = models.TextField("核查情况")
    outcome = models.CharField("核查意见", max_length=10, choices=Outcome)
    end_reason = models.CharField("停发原因", max_length=12, choices=EndReason, blank=True)
    from_month = MonthField("起始月份", null=True, blank=True)
    # Of a finding by name and birth date alone: how it was established that the list means this person.
    same_person = models.CharField("确认同一人的依据", max_length=500, blank=True)
    files = models.ManyToManyField(StoredFile, related_name="+", verbose_name="材料")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    division_path = "finding__division"
    line_path = "finding__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "核查登记"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.verified_on} {self.get_outcome_display()}"


class Delivery(models.TextChoices):
    DIRECT = "direct", "当面送达"
    LEFT = "left", "留置送达"
    MAIL = "mail", "邮寄送达"
    POSTED = "posted", "公告送达"


class Answer(models.TextChoices):
    STATED = "stated", "陈述申辩"
    WAIVED = "waived", "书面放弃"
    SILENT = "silent", "逾期未陈述"


@tracked()
class Hearing(models.Model):
    """陈述申辩告知: what the family is told before an ending or a lower amount is proposed, how it was handed over, and
    what they answered. The newest of a finding counts, and only for the evidence that it names."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="hearings", verbose_name="疑点")
    number = models.CharField("编号", max_length=40, unique=True)
    outcome = models.CharField("拟作处理", max_length=10, choices=Outcome)
    end_reason = models.CharField("停发原因", max_length=12, choices=EndReason, blank=True)
    from_month = MonthField("起始月份")
    words = models.TextField("事实和理由")
    # As of a verification: a letter that names the wrong person tells one family's affairs to another.
    same_person = models.CharField("确认同一人的依据", max_length=500, blank=True)
    basis = models.CharField("依据", max_length=400)
    evidence_hash = models.CharField("依据摘要", max_length=32)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="拟写人"
    )
    drafted_at = models.DateTimeField("拟写时间", default=timezone.now)
    way = models.CharField("送达方式", max_length=8, choices=Delivery, blank=True)
    given_on = models.DateField("送达日期", null=True)
    given_by = models.CharField("送达人", max_length=120, blank=True)
    receiver = models.CharField("签收情况", max_length=200, blank=True)
    due_on = models.DateField("陈述申辩期限", null=True)
    answer = models.CharField("答复", max_length=8, choices=Answer, blank=True)
    answered_on = models.DateField("答复日期", null=True)
    statement = models.TextField("陈述申辩内容", blank=True)
    files = models.ManyToManyField(StoredFile, related_name="+", verbose_name="材料")
    version = models.PositiveIntegerField("版本", default=1)

    objects = ScopedQuerySet.as_manager()
    division_path = "finding__division"
    line_path = "finding__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "陈述申辩告知"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="hearing_given_until",
                condition=models.Q(given_on__isnull=True, due_on__isnull=True, answer="")
                | models.Q(given_on__isnull=False, due_on__gte=models.F("given_on")),
            )
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return self.finding.get_absolute_url()

    def waits_on(self, day: date) -> bool:
        """Whether the family may still answer: handed over, nothing said, the time not over."""
        return bool(self.due_on and not self.answer and day <= self.due_on)

    def state_on(self, day: date) -> str:
        """Where it stands, in words."""
        if not self.given_on:
            return "待送达"
        if self.answer:
            return self.get_answer_display()
        return "待陈述申辩" if self.waits_on(day) else Answer.SILENT.label
