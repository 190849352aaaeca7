"""高龄津贴 and 长寿金: the month's lists, their rows (each a case), and the proofs of life."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from benefits.models import Assessment, EndReason, Entitlement, Programme
from casework.models import Case
from core.fields import MoneyField, MonthField
from core.history import tracked
from core.months import format_month
from district.models import Division
from district.scope import ScopedQuerySet


class ListKind(models.TextChoices):
    GRANT = "grant", "享受名单"
    END = "end", "停发名单"


class ListState(models.TextChoices):
    OPEN = "open", "待乡镇确认"
    SENT = "sent", "待区局审批"
    DONE = "done", "已办结"


@tracked()
class AllowanceList(models.Model):
    """名单: a programme's persons of one township and month who begin or end, decided in one act each.

    The state is the first stage at which rows of the list still wait.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="项目")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="乡镇（街道）")
    month = MonthField("月份")
    kind = models.CharField("种类", max_length=5, choices=ListKind, default=ListKind.GRANT)
    state = models.CharField("状态", max_length=4, choices=ListState, default=ListState.OPEN)
    due_on = models.DateField("本环节期限", null=True, blank=True)
    made_at = models.DateTimeField("生成时间", default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="生成人",
    )

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "高龄津贴名单"
        ordering = ["-month", "division", "programme", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "division", "month", "kind"], name="list_once")
        ]

    def __str__(self):
        return f"{format_month(self.month)} {self.programme}{self.get_kind_display()} {self.division}"

    def get_absolute_url(self):
        return reverse("elderly:list", args=[self.pk])


class Origin(models.TextChoices):
    """How a person came onto a list."""

    REACHED = "reached", "本月到龄"
    OVERDUE = "overdue", "应享未享"
    TRANSITION = "transition", "满百转发"
    APPLIED = "applied", "本人申请"
    FOUND = "found", "系统发现"
    ENTERED = "entered", "经办登记"


class OutReason(models.TextChoices):
    """Why a row was taken off a list. After the first four the person isn't proposed again by itself."""

    DIED = "died", "已死亡"
    MOVED = "moved", "户籍已迁出"
    DECLINED = "declined", "本人放弃"
    NOT_DUE = "not_due", "不符合条件"
    NO_ACCOUNT = "no_account", "暂无账户"
    LATER = "later", "本人不在，下月再办"
    MISTAKE = "mistake", "登记有误"


FOR_GOOD = (OutReason.DIED, OutReason.MOVED, OutReason.DECLINED, OutReason.NOT_DUE)


class AllowanceApplication(Case):
    """One person's allowance: proposed on a list, applied for at the counter, or to be ended (flow `allowance_end`).

    Its history is the case's own record. `first_month`: from which it is paid; of an ending the first month no longer
    paid. `age_month`: in which the age was reached (or the band began to pay).
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="项目")
    batch = models.ForeignKey(
        AllowanceList, models.PROTECT, null=True, blank=True, related_name="rows", verbose_name="名单"
    )
    origin = models.CharField("来由", max_length=10, choices=Origin)
    age = models.PositiveSmallIntegerField("周岁", null=True, blank=True)
    age_month = MonthField("到龄月份", null=True, blank=True)
    first_month = MonthField("执行月份", null=True, blank=True)
    monthly_amount = MoneyField("月标准（元）", null=True, blank=True)
    # Of a transition: the allowance that 长寿金 takes the place of. Of an ending: what ends. Else what was granted.
    entitlement = models.ForeignKey(
        Entitlement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="allowance_cases",
        verbose_name="待遇",
    )
    replaces = models.ForeignKey(
        Entitlement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="被替代的待遇"
    )
    reason = models.CharField("申请说明", max_length=300, blank=True)
    proxy_name = models.CharField("代办人", max_length=60, blank=True)
    proxy_relation = models.CharField("与本人关系", max_length=30, blank=True)
    proxy_phone = models.CharField("代办人电话", max_length=30, blank=True)
    decision = models.ForeignKey(
        Assessment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批测算"
    )
    decided_on = models.DateField("决定日期", null=True, blank=True)
    end_reason = models.CharField("停发原因", max_length=12, choices=EndReason, blank=True)
    end_note = models.CharField("停发说明", max_length=500, blank=True)
    out_reason = models.CharField("移出原因", max_length=10, choices=OutReason, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "高龄津贴申请"

    def get_absolute_url(self):
        return reverse("elderly:application", args=[self.pk])

    @property
    def is_end(self) -> bool:
        return self.flow == "allowance_end"


class ProofMethod(models.TextChoices):
    VISIT = "visit", "上门"
    OFFICE = "office", "到场"
    VIDEO = "video", "视频"
    DATA = "data", "数据比对"


@tracked(inserts=True)
class LifeProof(models.Model):
    """生存认证: the person was found alive on a day, by whom and how; `next_due` is when the next one is due."""

    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="proofs", verbose_name="待遇")
    proved_on = models.DateField("认证日期")
    method = models.CharField("认证方式", max_length=6, choices=ProofMethod)
    note = models.CharField("说明", max_length=200, blank=True)
    next_due = models.DateField("下次期限")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    division_path = "entitlement__division"
    line_path = "entitlement__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "生存认证"
        ordering = ["-proved_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["entitlement", "proved_on"], name="lifeproof_once_a_day"),
            models.CheckConstraint(
                name="lifeproof_due_after", condition=Q(next_due__gt=models.F("proved_on"))
            ),
        ]

    def __str__(self):
        return f"{self.proved_on} {self.get_method_display()}"


class Holding(Entitlement):
    """高龄津贴 and 长寿金 as the old ledger writes them: for the back office's export."""

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "老龄待遇台账"
