"""Programmes, dated standards and parameters, assessments with their breakdown, entitlements and holds."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from casework.models import CaseEvent
from core.fields import MoneyField, MonthField, MonthSpan
from core.history import tracked
from core.models import Job
from district.models import Division, Line
from district.scope import ScopedQuerySet
from registry.models import Household, Institution, Person


class BeneficiaryKind(models.TextChoices):
    HOUSEHOLD = "household", "户"
    PERSON = "person", "人"


@tracked()
class Programme(models.Model):
    """A programme (救助/补贴项目) under its fixed code."""

    code = models.CharField("代码", max_length=30, primary_key=True)
    name = models.CharField("名称", max_length=40)
    line = models.CharField("业务线", max_length=12, choices=Line)
    beneficiary = models.CharField("对象", max_length=10, choices=BeneficiaryKind)
    is_one_off = models.BooleanField("一次性", default=False)
    # Programmes of one group are never live together for one covered person (城市低保 and 农村低保 are one group).
    group = models.CharField("互斥组", max_length=30)
    # The numbers of the barred pairs of the compatibility matrix (`benefits.compatibility`): two programmes that share
    # one are never live together for one covered person.
    exclusions = ArrayField(models.IntegerField(), verbose_name="互斥编号", default=list, blank=True)
    position = models.PositiveSmallIntegerField("次序", default=0)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目"
        ordering = ["position", "code"]

    def __str__(self):
        return self.name


@tracked(inserts=True)
class Standard(models.Model):
    """A yuan amount of a programme with the day it takes effect (标准)."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="standards", verbose_name="项目")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="适用区划")
    category = models.CharField("类别", max_length=30, blank=True)
    amount = MoneyField("标准（元/月）")
    effective_from = MonthField("施行月份")
    source = models.CharField("依据文件", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "标准"
        ordering = ["programme", "category", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "division", "category", "effective_from"], name="standard_once"
            ),
            models.CheckConstraint(name="standard_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self):
        return f"{self.programme} {self.amount}"


@tracked(inserts=True)
class Parameter(models.Model):
    """A dated policy parameter that is not a standard: a ratio, a count of months, a switch."""

    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, related_name="parameters", verbose_name="项目"
    )
    key = models.CharField("参数", max_length=40)
    value = models.JSONField("值")
    unit = models.CharField("单位", max_length=20, blank=True)
    effective_from = MonthField("施行月份")
    source = models.CharField("依据", max_length=200, blank=True)
    help = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "政策参数"
        ordering = ["programme", "key", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "key", "effective_from"], name="parameter_once", nulls_distinct=False
            )
        ]

    def __str__(self):
        return self.key


class Assessment(models.Model):
    """A formula's answer with the facts and the policy it used, frozen: what a decision and a payment rest on."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="项目")
    month = MonthField("测算月份")
    facts = models.JSONField("事实")
    policy = models.JSONField("所用标准与参数")
    eligible = models.BooleanField("符合条件")
    monthly_amount = MoneyField("金额（元）")
    persons = models.PositiveSmallIntegerField("人数")
    first_month = MonthField("起始月份", null=True)
    lines = models.JSONField("计算明细", default=list)
    reasons = models.JSONField("不符合的条件", default=list)
    conflicts = models.JSONField("项目冲突", default=list)
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="+", verbose_name="家庭")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name="居民")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField("测算时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "测算"

    def __str__(self):
        return f"{self.programme} {self.monthly_amount}"


class EndReason(models.TextChoices):
    PENSION = "pension", "退休"
    BUSINESS = "business", "工商"
    TAX = "tax", "税务"
    VEHICLE = "vehicle", "车辆"
    PROPERTY = "property", "多处房产"
    SHOP = "shop", "商业门面"
    PAYROLL = "payroll", "财政供养"
    MEANS = "means", "经济状况及财产状况超过标准"
    DEATH = "death", "死亡"
    MOVED = "moved", "户籍迁出"
    INCOME = "income", "收入增加"
    REFUSED = "refused", "不配合核查"
    WITHDREW = "withdrew", "主动放弃"
    TO_TEKUN = "to_tekun", "转特困"
    SENTENCE = "sentence", "服刑"
    MISSING = "missing", "失联"
    RECOVERED = "recovered", "恢复劳动能力或生活来源"
    SUPPORTER = "supporter", "有法定义务人履行义务"
    GROWN_UP = "grown_up", "年满18周岁不再就学"
    REPLACED = "replaced", "转享其他待遇"
    OTHER = "other", "其他"


class EntitlementSource(models.TextChoices):
    DECIDED = "decided", "本系统审批"
    TAKEN_OVER = "taken_over", "旧台账转入"


class CareClass(models.TextChoices):
    A = "A", "A类"
    B = "B", "B类"
    C = "C", "C类"


@tracked()
class Entitlement(models.Model):
    """待遇: so much a month from a month on. A change ends the row and opens its successor (`previous`).

    `beneficiary_id` is the household's key for household programmes and the person's for person programmes.
    A void row was replaced from its very first month and was never in force.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="entitlements", verbose_name="项目")
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="entitlements", verbose_name="家庭"
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="entitlements", verbose_name="户主或本人")
    beneficiary_id = models.BigIntegerField("对象键")
    # Where the money goes to another than `person`: a guardian, or the home that cares for the person.
    payee = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="领款人（非本人时）"
    )
    payee_institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="entitlements",
        verbose_name="收款机构",
    )
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="村（社区）")
    persons = models.PositiveSmallIntegerField("保障人数", default=1)
    monthly_amount = MoneyField("月金额（元）")
    first_month = MonthField("起始月份")
    last_month = MonthField("末月", null=True, blank=True)
    is_void = models.BooleanField("作废（自始被替换）", default=False)
    is_one_off = models.BooleanField("一次性", default=False)
    source = models.CharField(
        "来源", max_length=10, choices=EntitlementSource, default=EntitlementSource.DECIDED
    )
    assessment = models.ForeignKey(
        Assessment, models.PROTECT, null=True, blank=True, related_name="entitlements", verbose_name="测算"
    )
    decided_by = models.ForeignKey(
        CaseEvent, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批"
    )
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors", verbose_name="上一次认定"
    )
    change_reason = models.CharField("变更原因", max_length=300, blank=True)
    care_class = models.CharField("保障类别", max_length=1, choices=CareClass, blank=True)
    certificate_number = models.CharField("低保证号", max_length=40, blank=True)
    review_due = models.DateField("下次核查期限", null=True, blank=True)
    end_reason = models.CharField("停发原因", max_length=12, choices=EndReason, blank=True)
    end_note = models.CharField("停发说明", max_length=500, blank=True)
    ended_by = models.ForeignKey(
        CaseEvent, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="停发决定"
    )
    ended_at = models.DateTimeField("停发登记时间", null=True, blank=True)
    created_at = models.DateTimeField("登记时间", default=timezone.now)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "待遇"
        constraints = [
            ExclusionConstraint(
                name="entitlement_one_live",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("beneficiary_id", RangeOperators.EQUAL),
                    (MonthSpan("first_month", "last_month"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_void=False, is_one_off=False),
            ),
            models.CheckConstraint(
                name="entitlement_months_in_order",
                condition=Q(last_month__isnull=True) | Q(last_month__gte=F("first_month")),
            ),
            models.CheckConstraint(
                name="entitlement_beneficiary",
                condition=Q(beneficiary_id=Coalesce("household_id", "person_id")),
            ),
            models.CheckConstraint(
                name="entitlement_one_payee",
                condition=Q(payee__isnull=True) | Q(payee_institution__isnull=True),
            ),
            models.CheckConstraint(name="entitlement_amount", condition=Q(monthly_amount__gte=0)),
        ]
        indexes = [
            models.Index(fields=["programme", "division", "first_month"], name="entitlement_run"),
            models.Index(fields=["beneficiary_id", "programme"], name="entitlement_holder"),
        ]

    def __str__(self):
        return f"{self.programme} {self.person}"

    def get_absolute_url(self):
        return reverse("benefits:entitlement", args=[self.pk])


class EntitlementMember(models.Model):
    """A person covered by an entitlement. Months, group and exclusions are copies (kept by trigger): so the database
    itself refuses a person in two live entitlements of one group, or of two programmes that bar one another."""

    entitlement = models.ForeignKey(Entitlement, models.CASCADE, related_name="members", verbose_name="待遇")
    person = models.ForeignKey(Person, models.PROTECT, related_name="coverage", verbose_name="居民")
    group = models.CharField("互斥组", max_length=30)
    exclusions = ArrayField(models.IntegerField(), verbose_name="互斥编号", default=list, blank=True)
    first_month = MonthField("起始月份")
    last_month = MonthField("末月", null=True, blank=True)
    is_void = models.BooleanField("作废", default=False)

    objects = ScopedQuerySet.as_manager()
    division_path = "entitlement__division"
    line_path = "entitlement__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "保障对象"
        constraints = [
            models.UniqueConstraint(fields=["entitlement", "person"], name="entitlementmember_once"),
            ExclusionConstraint(
                name="entitlementmember_one_group_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("group", RangeOperators.EQUAL),
                    (MonthSpan("first_month", "last_month"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_void=False) & ~Q(group=""),
            ),
            ExclusionConstraint(
                name="entitlementmember_programmes_apart",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (MonthSpan("first_month", "last_month"), RangeOperators.OVERLAPS),
                    (OpClass("exclusions", name="gist__int_ops"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_void=False) & ~Q(exclusions=[]),
            ),
        ]

    def __str__(self):
        return str(self.person)


@tracked(inserts=True)
class Hold(models.Model):
    """暂缓发放: a dated, visible, reversible stop of payment. Lifting it makes the held months owed again."""

    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="holds", verbose_name="待遇")
    first_month = MonthField("起始月份")
    last_month = MonthField("末月", null=True, blank=True)
    reason = models.CharField("原因", max_length=300)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="暂缓人"
    )
    placed_at = models.DateTimeField("时间", default=timezone.now)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="解除人",
    )
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)
    lift_reason = models.CharField("解除原因", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "entitlement__division"
    line_path = "entitlement__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "暂缓发放"
        ordering = ["-id"]
        constraints = [
            ExclusionConstraint(
                name="hold_one_at_a_time",
                expressions=[
                    ("entitlement", RangeOperators.EQUAL),
                    (MonthSpan("first_month", "last_month"), RangeOperators.OVERLAPS),
                ],
                condition=Q(lifted_at__isnull=True),
            )
        ]

    def __str__(self):
        return f"{self.entitlement} 暂缓"


class ChangeState(models.TextChoices):
    DRAFT = "draft", "待测算"
    PROPOSED = "proposed", "待审批"
    APPLIED = "applied", "已执行"
    REFUSED = "refused", "已否决"


class StandardChange(models.Model):
    """调标: all live entitlements of a programme assessed again from a month on; nothing changes before approval."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="项目")
    standard = models.ForeignKey(Standard, models.PROTECT, related_name="+", verbose_name="新标准")
    from_month = MonthField("执行月份")
    state = models.CharField("状态", max_length=10, choices=ChangeState, default=ChangeState.DRAFT)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    counts = models.JSONField("汇总", default=dict)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人"
    )
    made_at = models.DateTimeField("提出时间", default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审批人",
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    opinion = models.CharField("审批意见", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "standard__division"
    line_path = "programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "调标批次"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.programme} {self.from_month:%Y-%m} 调标"

    def get_absolute_url(self):
        return reverse("benefits:standard_change", args=[self.pk])


class StandardChangeLine(models.Model):
    """One entitlement of a change: before and after."""

    change = models.ForeignKey(StandardChange, models.CASCADE, related_name="lines", verbose_name="批次")
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="+", verbose_name="待遇")
    assessment = models.ForeignKey(
        Assessment, models.PROTECT, null=True, related_name="+", verbose_name="新测算"
    )
    before = MoneyField("调前（元）")
    after = MoneyField("调后（元）")
    note = models.CharField("说明", max_length=200, blank=True)
    # The entitlement's version that was assessed: what changed since is never overwritten by the approval.
    version = models.PositiveIntegerField("待遇版本", default=1)

    objects = ScopedQuerySet.as_manager()
    division_path = "entitlement__division"
    line_path = "entitlement__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "调标明细"
        ordering = ["entitlement__division", "id"]
        constraints = [
            models.UniqueConstraint(fields=["change", "entitlement"], name="standardchangeline_once")
        ]

    def __str__(self):
        return str(self.entitlement)
