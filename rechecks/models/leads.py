"""应保未保线索: people who qualify and do not receive, and the tries to reach them."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from benefits.models import Entitlement, Programme
from core.fields import MoneyField, MonthField
from core.history import tracked
from district.models import Division
from district.scope import ScopedQuerySet
from registry.models import Household, Person


class LeadState(models.TextChoices):
    OPEN = "open", "待联系"
    CONTACTED = "contacted", "联系中"
    APPLYING = "applying", "愿意申请"
    REACHED = "reached", "已享受"
    DECLINED = "declined", "本人不申请"
    NOT_ELIGIBLE = "not_eligible", "核实后不符合"
    GONE = "gone", "不再符合"


# Nobody has to do anything about these; declined and not eligible come back only when the why changes.
LEAD_SETTLED = (LeadState.REACHED, LeadState.DECLINED, LeadState.NOT_ELIGIBLE, LeadState.GONE)


@tracked()
class Lead(models.Model):
    """应保未保线索: someone who by the registered facts qualifies for a programme and does not hold it."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="项目")
    person = models.ForeignKey(Person, models.PROTECT, related_name="leads", verbose_name="居民")
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="leads", verbose_name="家庭"
    )
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="村（社区）")
    ground = models.CharField("线索类型", max_length=20)
    why = models.CharField("为什么", max_length=400)
    amount = MoneyField("估算月金额（元）", null=True)
    state = models.CharField("状态", max_length=12, choices=LeadState, default=LeadState.OPEN)
    first_month = MonthField("首次发现")
    last_month = MonthField("最近发现")
    due_on = models.DateField("联系期限", null=True)
    # What the person came to hold: the first of it, whatever it was changed to since.
    entitlement = models.ForeignKey(
        Entitlement, models.PROTECT, null=True, related_name="+", verbose_name="享受的待遇"
    )
    version = models.PositiveIntegerField("版本", default=1)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "应保未保线索"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["programme", "person"], name="lead_once")]
        indexes = [models.Index(fields=["state", "division"], name="lead_todo")]

    def __str__(self):
        return f"{self.person} {self.programme}"

    def get_absolute_url(self):
        return reverse("rechecks:lead", args=[self.pk])


class ContactWay(models.TextChoices):
    VISIT = "visit", "上门"
    PHONE = "phone", "电话"
    VILLAGE = "village", "村（社区）转告"


class ContactResult(models.TextChoices):
    NO_ANSWER = "contacted", "没有联系上，再联系"
    WILL_APPLY = "applying", "愿意申请"
    DECLINED = "declined", "本人不申请"
    NOT_ELIGIBLE = "not_eligible", "核实后不符合"


class Contact(models.Model):
    """A try to reach the person of a lead, with its result. Written once."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="contacts", verbose_name="线索")
    contacted_on = models.DateField("联系日期")
    way = models.CharField("方式", max_length=10, choices=ContactWay)
    words = models.CharField("情况", max_length=500)
    result = models.CharField("结果", max_length=12, choices=ContactResult)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    division_path = "lead__division"
    line_path = "lead__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "联系记录"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.contacted_on} {self.get_way_display()}"
