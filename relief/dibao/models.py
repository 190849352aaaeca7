"""Facts of a 低保 case: who lives in the household, what they earn and own, as declared, as verified, as recognised."""

from django.db import models
from django.db.models import Q

from benefits.models import Assessment, CareClass, EndReason, Entitlement, Programme
from casework.models import Case
from core.fields import MonthField
from core.history import tracked
from district.models import AreaKind
from registry.models import DisabilityKind, Labour, Person, Relation
from relief.shared.models import (
    AssetKind,
    AssetRow,
    ChangeKind,
    IncomeKind,
    IncomeRow,
    OfApplication,
    Review,
    ReviewResult,
)

__all__ = [
    "ApplicationMember",
    "AssetItem",
    "AssetKind",
    "ChangeKind",
    "DibaoApplication",
    "IncomeItem",
    "IncomeKind",
    "Review",
    "ReviewResult",
]


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


@tracked()
class IncomeItem(IncomeRow):
    """Yuan a month of one kind. Without a member it is the household's."""

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

    class Meta(IncomeRow.Meta):
        ordering = ["application", "member__position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "member", "kind"], name="incomeitem_once", nulls_distinct=False
            ),
            *IncomeRow.Meta.constraints,
        ]

    def __str__(self):
        return f"{self.member or '家庭'} {self.get_kind_display()}"


@tracked()
class AssetItem(AssetRow):
    """What the household owns of one kind."""

    application = models.ForeignKey(
        DibaoApplication, models.PROTECT, related_name="assets", verbose_name="案件"
    )

    class Meta(AssetRow.Meta):
        pass
