"""Facts of a 低保 case: who lives in the household, what they earn and own, as declared, as verified, as recognised."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from benefits.models import Assessment, CareClass, EndReason, Entitlement, Programme
from casework.models import Case
from core.fields import MoneyField, MonthField
from core.history import tracked
from district.models import AreaKind
from district.scope import ScopedQuerySet
from registry.models import DisabilityKind, Labour, Person, Relation


class ChangeKind(models.TextChoices):
    ADJUST = "adjust", "变更"
    END = "end", "停发"


class DibaoApplication(Case):
    """低保申请, and the change or ending of what was granted (flow `dibao_change`, `entitlement` set).

    Its history is the case's own record: every step and correction is a CaseEvent with before and after.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="项目")
    area_kind = models.CharField("城乡", max_length=5, choices=AreaKind)
    reason = models.CharField("申请理由", max_length=500, blank=True)
    single = models.BooleanField("单人保", default=False)
    single_parent = models.BooleanField("单亲家庭", default=False)
    check_started_on = models.DateField("发起核对日期", null=True, blank=True)
    check_reported_on = models.DateField("核对报告日期", null=True, blank=True)
    check_result = models.CharField("核对结果说明", max_length=500, blank=True)
    proposal = models.ForeignKey(
        Assessment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="初审测算"
    )
    decision = models.ForeignKey(
        Assessment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批测算"
    )
    decided_on = models.DateField("决定日期", null=True, blank=True)
    first_month = MonthField("起始月份", null=True, blank=True)
    care_class = models.CharField("保障类别", max_length=1, choices=CareClass, blank=True)
    # A change: of which entitlement, what kind, from when, why. An application keeps what was granted here.
    entitlement = models.ForeignKey(
        Entitlement, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name="待遇"
    )
    change_kind = models.CharField("办理类型", max_length=10, choices=ChangeKind, blank=True, default="")
    end_reason = models.CharField("停发原因", max_length=12, choices=EndReason, blank=True)
    end_note = models.CharField("停发说明", max_length=500, blank=True)
    grace = models.BooleanField("渐退（因就业增收）", default=False)
    grace_months_used = models.PositiveSmallIntegerField("已渐退月数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "低保案件"
        ordering = ["-id"]

    @property
    def is_change(self) -> bool:
        return bool(self.change_kind)


class OfApplication(models.Model):
    """Rows of a case: seen by whoever may see the case."""

    objects = ScopedQuerySet.as_manager()
    division_path = "application__division"
    line_path = "application__line"

    class Meta:
        abstract = True


@tracked()
class ApplicationMember(OfApplication):
    """A member of the household as this case took them down; later corrections of the registry change nothing here."""

    application = models.ForeignKey(
        DibaoApplication, models.PROTECT, related_name="members", verbose_name="案件"
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="居民")
    relation = models.CharField("与户主关系", max_length=12, choices=Relation)
    covered = models.BooleanField("纳入保障", default=True)
    labour = models.CharField("劳动能力", max_length=8, choices=Labour, blank=True)
    disability_kind = models.CharField("残疾类别", max_length=14, choices=DisabilityKind, blank=True)
    disability_grade = models.PositiveSmallIntegerField("残疾等级", null=True, blank=True)
    serious_illness = models.BooleanField("重病", default=False)
    student = models.BooleanField("在读", default=False)
    authorised = models.BooleanField("已签授权书", default=False)
    position = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "申请家庭成员"
        ordering = ["application", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "person"], name="applicationmember_once"),
            models.CheckConstraint(
                name="applicationmember_grade",
                condition=Q(disability_grade__isnull=True) | Q(disability_grade__range=(1, 4)),
            ),
        ]

    def __str__(self):
        return str(self.person)


class IncomeKind(models.TextChoices):
    WAGES = "wages", "工资性收入"
    PENSION = "pension", "养老金"
    FARMING = "farming", "经营净收入"
    PROPERTY = "property", "财产净收入"
    SUPPORT = "support", "赡（抚、扶）养费"
    TRANSFER = "transfer", "转移净收入"


@tracked()
class IncomeItem(OfApplication):
    """Yuan a month of one kind: what the family declared, what the check found, what is recognised and on what ground.

    Without a member it is the household's.
    """

    application = models.ForeignKey(
        DibaoApplication, models.PROTECT, related_name="incomes", verbose_name="案件"
    )
    member = models.ForeignKey(
        ApplicationMember,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="incomes",
        verbose_name="成员",
    )
    kind = models.CharField("项目", max_length=10, choices=IncomeKind)
    declared = MoneyField("申报（元/月）")
    verified = MoneyField("核对结果（元/月）", null=True, blank=True)
    recognised = MoneyField("认定（元/月）", null=True, blank=True)
    basis = models.CharField("认定依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "收入"
        ordering = ["application", "member__position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "member", "kind"], name="incomeitem_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="incomeitem_not_negative",
                condition=Q(declared__gte=0)
                & (Q(verified__isnull=True) | Q(verified__gte=0))
                & (Q(recognised__isnull=True) | Q(recognised__gte=0)),
            ),
        ]

    def __str__(self):
        return f"{self.member or '家庭'} {self.get_kind_display()}"

    @property
    def best(self):
        """The newest word on it: recognised, else verified, else declared."""
        return next((x for x in (self.recognised, self.verified) if x is not None), self.declared)


class AssetKind(models.TextChoices):
    FINANCIAL = "financial_assets", "金融资产（元）"
    HOUSES = "houses", "住房（套）"
    VEHICLES = "vehicles", "机动车（辆）"
    SHOPS = "shops", "商业门面（间）"


@tracked()
class AssetItem(OfApplication):
    """What the household owns of one kind: yuan for financial assets, a count for the rest."""

    application = models.ForeignKey(
        DibaoApplication, models.PROTECT, related_name="assets", verbose_name="案件"
    )
    kind = models.CharField("项目", max_length=20, choices=AssetKind)
    declared = MoneyField("申报")
    verified = MoneyField("核对结果", null=True, blank=True)
    recognised = MoneyField("认定", null=True, blank=True)
    basis = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "财产"
        ordering = ["application", "id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "kind"], name="assetitem_once"),
            models.CheckConstraint(
                name="assetitem_not_negative",
                condition=Q(declared__gte=0)
                & (Q(verified__isnull=True) | Q(verified__gte=0))
                & (Q(recognised__isnull=True) | Q(recognised__gte=0)),
            ),
        ]

    def __str__(self):
        return self.get_kind_display()

    best = IncomeItem.best


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
        DibaoApplication, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="变更案件"
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
