"""Facts of a 特困 case: the person, who applies, who would have to support him, what he can do by himself, where he
lives; and the placement in force, dated."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from benefits.models import Assessment, EndReason, Entitlement
from casework.models import Case
from core.fields import MoneyField, MonthField, MonthSpan
from core.history import tracked
from district.models import AreaKind, Line
from district.scope import ALL_LINES, ScopedQuerySet
from registry.models import DisabilityKind, Institution, Person
from relief.shared.models import AssetRow, ChangeKind, IncomeRow, OfApplication
from relief.tekun.rules import BASIC, GRADES, care_grade

# 特困 ends for these; the reasons of 低保 alone (工商, 税务 …) are found as 经济状况.
END_REASONS = [
    (one.value, one.label)
    for one in (
        EndReason.DEATH,
        EndReason.RECOVERED,
        EndReason.SUPPORTER,
        EndReason.SENTENCE,
        EndReason.GROWN_UP,
        EndReason.MEANS,
        EndReason.MOVED,
        EndReason.WITHDREW,
        EndReason.MISSING,
        EndReason.REFUSED,
        EndReason.OTHER,
    )
]


class Placement(models.TextChoices):
    DISPERSED = "dispersed", "分散供养"
    INSTITUTION = "institution", "集中供养"


class CareGrade(models.TextChoices):
    NONE = "none", GRADES["none"]
    SEMI = "semi", GRADES["semi"]
    FULL = "full", GRADES["full"]


class Kin(models.TextChoices):
    CHILD = "child", "子女"
    GRANDCHILD = "grandchild", "孙子女、外孙子女"
    PARENT = "parent", "父母"
    GRANDPARENT = "grandparent", "祖父母、外祖父母"
    SPOUSE = "spouse", "配偶"
    SIBLING = "sibling", "兄姐"


def assessment(name: str) -> models.ForeignKey:
    return models.ForeignKey(
        Assessment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=name
    )


def entitlement(name: str, related: str) -> models.ForeignKey:
    return models.ForeignKey(
        Entitlement, models.PROTECT, null=True, blank=True, related_name=related, verbose_name=name
    )


class TekunApplication(Case):
    """特困申请, and the change or ending of what was granted (flow `tekun_change`, `change_kind` set).

    One case decides both programmes, basic and care. Its history is the case's own record.
    """

    area_kind = models.CharField("城乡", max_length=5, choices=AreaKind)
    reason = models.CharField("申请理由", max_length=500, blank=True)
    authorised = models.BooleanField("已签核对授权书", default=False)
    # Who applies where it is not the person himself; a minor needs a guardian.
    proxy_name = models.CharField("代理人", max_length=60, blank=True)
    proxy_relation = models.CharField("代理人与本人关系", max_length=40, blank=True)
    proxy_phone = models.CharField("代理人电话", max_length=30, blank=True)
    disability_kind = models.CharField("残疾类别", max_length=14, choices=DisabilityKind, blank=True)
    disability_grade = models.PositiveSmallIntegerField("残疾等级", null=True, blank=True)
    in_education = models.BooleanField("在接受义务教育或中等教育", default=False)
    no_supporter = models.BooleanField("没有法定赡养、抚养、扶养义务人", default=False)
    placement = models.CharField("供养方式", max_length=12, choices=Placement, default=Placement.DISPERSED)
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="供养机构"
    )
    insurer = models.CharField("照料护理保险承保公司", max_length=60, blank=True)
    premium = MoneyField("照料护理保险费（元/年）", null=True, blank=True)
    check_started_on = models.DateField("发起核对日期", null=True, blank=True)
    check_reported_on = models.DateField("核对报告日期", null=True, blank=True)
    check_result = models.CharField("核对结果说明", max_length=500, blank=True)
    basic_proposal = assessment("初审测算（基本生活）")
    care_proposal = assessment("初审测算（照料护理）")
    basic_decision = assessment("审批测算（基本生活）")
    care_decision = assessment("审批测算（照料护理）")
    decided_on = models.DateField("决定日期", null=True, blank=True)
    first_month = MonthField("起始月份", null=True, blank=True)
    # What was granted here, or what a change is about.
    basic = entitlement("基本生活待遇", "tekun_cases")
    care = entitlement("照料护理待遇", "+")
    funeral = entitlement("丧葬补助", "+")
    change_kind = models.CharField("办理类型", max_length=10, choices=ChangeKind, blank=True, default="")
    end_reason = models.CharField("停止原因", max_length=12, choices=EndReason, blank=True)
    end_note = models.CharField("停止说明", max_length=500, blank=True)
    funeral_payee = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="丧葬费领款人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "特困案件"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="tekun_institution_where_placed",
                condition=Q(placement=Placement.INSTITUTION, institution__isnull=False)
                | Q(placement=Placement.DISPERSED, institution__isnull=True),
            ),
            models.CheckConstraint(
                name="tekun_disability_grade",
                condition=Q(disability_grade__isnull=True) | Q(disability_grade__range=(1, 4)),
            ),
        ]

    @property
    def is_change(self) -> bool:
        return bool(self.change_kind)

    @property
    def grading(self) -> "CareAssessment | None":
        """The newest care grading of the case."""
        return self.gradings.first()


@tracked()
class TekunIncome(IncomeRow):
    """Yuan a month of one kind that the person has."""

    application = models.ForeignKey(
        TekunApplication, models.PROTECT, related_name="incomes", verbose_name="案件"
    )

    class Meta(IncomeRow.Meta):
        verbose_name = verbose_name_plural = "特困人员收入"
        ordering = ["application", "id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "kind"], name="tekunincome_once"),
            *IncomeRow.Meta.constraints,
        ]


@tracked()
class TekunAsset(AssetRow):
    """What the person owns of one kind."""

    application = models.ForeignKey(
        TekunApplication, models.PROTECT, related_name="assets", verbose_name="案件"
    )

    class Meta(AssetRow.Meta):
        verbose_name = verbose_name_plural = "特困人员财产"


@tracked()
class Supporter(OfApplication):
    """法定义务人: who would have to support the person, what he or she earns, whether able, and if not, why not."""

    application = models.ForeignKey(
        TekunApplication, models.PROTECT, related_name="supporters", verbose_name="案件"
    )
    name = models.CharField("姓名", max_length=60)
    kin = models.CharField("与本人关系", max_length=12, choices=Kin)
    income = MoneyField("月收入（元）", null=True, blank=True)
    capable = models.BooleanField("有履行义务能力", default=False)
    note = models.CharField("认定情况（无能力的写明原因）", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "法定义务人"
        ordering = ["application", "id"]

    def __str__(self):
        return f"{self.name}（{self.get_kin_display()}）"


class Ability(models.TextChoices):
    EATING = "eating", "吃饭"
    DRESSING = "dressing", "穿衣"
    BED = "bed", "上下床"
    TOILET = "toilet", "如厕"
    WALKING = "walking", "室内行走"
    BATHING = "bathing", "洗澡"


@tracked()
class CareAssessment(OfApplication):
    """生活自理能力评估 (民发〔2021〕43号): which of the six abilities are left, who graded and when.

    Two people grade; the grade follows from the abilities. A new grading is a new row, the last one counts.
    """

    application = models.ForeignKey(
        TekunApplication, models.PROTECT, related_name="gradings", verbose_name="案件"
    )
    graded_on = models.DateField("评估日期")
    grader = models.CharField("评估人", max_length=40)
    second_grader = models.CharField("第二评估人", max_length=40)
    eating = models.BooleanField("能自主吃饭")
    dressing = models.BooleanField("能自主穿衣")
    bed = models.BooleanField("能自主上下床")
    toilet = models.BooleanField("能自主如厕")
    walking = models.BooleanField("能在室内自主行走")
    bathing = models.BooleanField("能自主洗澡")
    grade = models.CharField("能力档次", max_length=5, choices=CareGrade)
    note = models.CharField("说明", max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "自理能力评估"
        ordering = ["-graded_on", "-id"]
        constraints = [
            models.CheckConstraint(name="careassessment_two_graders", condition=~Q(grader=F("second_grader")))
        ]

    def __str__(self):
        return f"{self.graded_on} {self.get_grade_display()}"

    @property
    def lost(self) -> int:
        """How many of the six abilities are lost."""
        return sum(not getattr(self, one) for one in Ability.values)

    def abilities(self) -> list[tuple[str, bool]]:
        """Each ability in words with whether it is there."""
        return [(str(one.label), getattr(self, one.value)) for one in Ability]

    def save(self, *args, **kwargs):
        self.grade = care_grade(self.lost)
        super().save(*args, **kwargs)


class PlacementQuerySet(ScopedQuerySet):
    """Placements are of the line 社会救助 alone."""

    def visible_to(self, user) -> ScopedQuerySet:
        if user.is_authenticated and user.role not in ALL_LINES and Line.RELIEF not in user.lines:
            return self.none()
        return super().visible_to(user)


@tracked()
class TekunPlacement(models.Model):
    """供养方式 in force, month by month: at home, or in which institution; with the care grade paid for, and the
    insurance taken out. A change ends the row and opens the next."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="placements", verbose_name="特困人员")
    placement = models.CharField("供养方式", max_length=12, choices=Placement)
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="placements", verbose_name="供养机构"
    )
    grade = models.CharField("能力档次", max_length=5, choices=CareGrade, blank=True)
    insurer = models.CharField("承保公司", max_length=60, blank=True)
    premium = MoneyField("保险费（元/年）", null=True, blank=True)
    first_month = MonthField("起始月份")
    last_month = MonthField("末月", null=True, blank=True)
    case = models.ForeignKey(
        TekunApplication, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="案件"
    )

    objects = PlacementQuerySet.as_manager()
    division_path = "person__division"

    class Meta:
        verbose_name = verbose_name_plural = "供养方式"
        ordering = ["person", "-first_month"]
        constraints = [
            ExclusionConstraint(
                name="tekunplacement_one_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (MonthSpan("first_month", "last_month"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="tekunplacement_months_in_order",
                condition=Q(last_month__isnull=True) | Q(last_month__gte=F("first_month")),
            ),
        ]

    def __str__(self):
        return f"{self.person} {self.get_placement_display()}"


_Scoped: Any = models.Manager.from_queryset(ScopedQuerySet)


class HoldingManager(_Scoped):
    """The basic entitlements; a void one was never in force."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(programme=BASIC, is_void=False)


class TekunHolding(Entitlement):
    """特困供养名册: each basic entitlement as a row of the ledger, to look up and export."""

    objects: ClassVar[Any] = HoldingManager()

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "特困供养名册"
        ordering = ["division", "person", "first_month"]
