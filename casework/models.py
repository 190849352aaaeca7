"""The case that every service line's application is a child of, and all that happens to it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core.fields import MoneyField
from core.history import tracked
from core.models import StoredFile
from district.models import Division, Line, Office, Role
from district.scope import ScopedQuerySet
from registry.models import Household, Person


class CaseState(models.TextChoices):
    OPEN = "open", "办理中"
    GRANTED = "granted", "已批准"
    REFUSED = "refused", "不予批准"
    WITHDRAWN = "withdrawn", "已撤回"
    CLOSED = "closed", "已办结"


@tracked()
class Case(models.Model):
    """A case (事项). `flow` names its workflow, `stage` where it stands, `version` guards edits."""

    number = models.CharField("编号", max_length=30, unique=True)
    flow = models.CharField("事项", max_length=30)
    line = models.CharField("业务线", max_length=12, choices=Line)
    # What the case is about, in words that a list shows: the applicant, a couple, an organisation, a village.
    subject = models.CharField("对象", max_length=120, default="")
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name="申请人"
    )
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name="家庭"
    )
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="村（社区）")
    # Set where only the people of one office may see the case (婚姻登记机关).
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承办机构"
    )
    stage = models.CharField("环节", max_length=30)
    state = models.CharField("状态", max_length=10, choices=CaseState, default=CaseState.OPEN)
    actor_role = models.CharField("应办角色", max_length=20, choices=Role, blank=True)
    stage_since = models.DateField("进入本环节")
    due_on = models.DateField("本环节期限", null=True, blank=True)
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    whole_due_on = models.DateField("总期限", null=True, blank=True)
    is_hard = models.BooleanField("疑难（总时限45个工作日）", default=False)
    staff_relative = models.CharField("近亲属备案", max_length=200, blank=True)
    # Empty: the system itself proposed it (a list of the month).
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="经办人",
    )
    opened_at = models.DateTimeField("登记时间", default=timezone.now)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "line"
    office_path = "office"

    class Meta:
        verbose_name = verbose_name_plural = "案件"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["actor_role", "due_on"], name="case_todo", condition=Q(state="open")),
        ]

    def __str__(self):
        # What belongs to one office is named by its number alone: trails are read by others.
        return self.number if self.office_id else f"{self.number} {self.subject}"

    def get_absolute_url(self):
        return reverse("casework:case", args=[self.pk])


class CaseEvent(models.Model):
    """What happened: a transition, a correction, an opinion. Written once: the database refuses to change or delete it.

    `at` is when it happened, `recorded_at` when it was entered. Only its words and changes are completed, in the same
    transaction that made it.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", verbose_name="案件")
    at = models.DateTimeField("时间", default=timezone.now)
    recorded_at = models.DateTimeField("登记时间", db_default=TransactionNow(), editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="人员"
    )
    action = models.CharField("动作", max_length=30)
    label = models.CharField("动作名称", max_length=60)
    from_stage = models.CharField("原环节", max_length=30, blank=True)
    to_stage = models.CharField("新环节", max_length=30, blank=True)
    opinion = models.TextField("意见", blank=True)
    changes = models.JSONField("变更", default=list)
    # The case's version once this had happened: what a second editor has not seen yet is what has a higher one.
    version = models.PositiveIntegerField("版本", default=0)

    objects = ScopedQuerySet.as_manager()
    division_path = "case__division"
    line_path = "case__line"
    office_path = "case__office"

    class Meta:
        verbose_name = verbose_name_plural = "办理记录"
        ordering = ["-id"]

    def __str__(self):
        return self.label


class Attachment(models.Model):
    """A paper of the case (材料). Withdrawn ones stay, marked."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="attachments", verbose_name="案件")
    material = models.CharField("材料种类", max_length=30)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    note = models.CharField("说明", max_length=200, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    added_at = models.DateTimeField("上传时间", default=timezone.now)
    removed_at = models.DateTimeField("作废时间", null=True, blank=True)
    removed_reason = models.CharField("作废原因", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "case__division"
    line_path = "case__line"
    office_path = "case__office"

    class Meta:
        verbose_name = verbose_name_plural = "材料"
        ordering = ["id"]

    def __str__(self):
        return self.note or self.material


@tracked()
class HomeVisit(models.Model):
    """入户调查: at least two staff, what they saw, who signed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="visits", verbose_name="案件")
    visited_on = models.DateField("入户日期")
    visitors = ArrayField(models.CharField(max_length=40), verbose_name="调查人员")
    housing = models.CharField("住房情况", max_length=300, blank=True)
    living = models.CharField("生活状况", max_length=500)
    signed_by = models.CharField("签字家庭成员", max_length=60)
    remark = models.CharField("备注", max_length=500, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人"
    )
    recorded_at = models.DateTimeField("记录时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    division_path = "case__division"
    line_path = "case__line"
    office_path = "case__office"

    class Meta:
        verbose_name = verbose_name_plural = "入户调查"
        ordering = ["-visited_on", "-id"]
        constraints = [
            models.CheckConstraint(name="visit_by_two", condition=Q(visitors__len__gte=2)),
        ]

    def __str__(self):
        return f"{self.visited_on} 入户"


@tracked()
class PublicNotice(models.Model):
    """公示: only what may be published (head, village, persons, amount), frozen when it is put up."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notices", verbose_name="案件")
    starts_on = models.DateField("公示起")
    ends_on = models.DateField("公示止")
    place = models.CharField("公示地点", max_length=100)
    head_name = models.CharField("户主", max_length=60)
    village_name = models.CharField("村（社区）", max_length=60)
    programme_name = models.CharField("项目", max_length=40)
    persons = models.PositiveSmallIntegerField("人数")
    amount = MoneyField("月保障金（元）")
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="张贴人"
    )
    posted_at = models.DateTimeField("张贴时间", default=timezone.now)
    cancelled_at = models.DateTimeField("作废时间", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "case__division"
    line_path = "case__line"
    office_path = "case__office"

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        ordering = ["-starts_on", "-id"]

    def __str__(self):
        return f"{self.village_name} {self.head_name}"


@tracked()
class Objection(models.Model):
    """An objection to a public notice, with what came of it."""

    notice = models.ForeignKey(PublicNotice, models.PROTECT, related_name="objections", verbose_name="公示")
    raised_on = models.DateField("提出日期")
    by = models.CharField("提出人", max_length=60, blank=True)
    content = models.TextField("内容")
    outcome = models.TextField("处理结果", blank=True)
    settled_on = models.DateField("处理日期", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记录人"
    )

    objects = ScopedQuerySet.as_manager()
    division_path = "notice__case__division"
    line_path = "notice__case__line"
    office_path = "notice__case__office"

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        ordering = ["-raised_on", "-id"]

    def __str__(self):
        return self.content[:20]


class StageLimit(models.Model):
    """How long a stage may take and who acts; the bureau edits it, with dates."""

    flow = models.CharField("事项", max_length=30)
    stage = models.CharField("环节", max_length=30)
    days = models.PositiveSmallIntegerField("时限（天）")
    counted = models.CharField(
        "计算方式", max_length=10, choices=[("working", "工作日"), ("calendar", "自然日")], default="working"
    )
    effective_from = models.DateField("施行日期")
    source = models.CharField("依据", max_length=200, blank=True)

    is_case_data = False

    class Meta:
        verbose_name = verbose_name_plural = "环节时限"
        ordering = ["flow", "stage", "-effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["flow", "stage", "effective_from"], name="stagelimit_once")
        ]

    def __str__(self):
        return f"{self.flow}/{self.stage}"
