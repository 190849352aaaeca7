"""社会组织: the body, its certificates, the three acts of registration, yearly inspection, measures against it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone

from casework.models import Case
from core.fields import MoneyField
from core.history import tracked
from district.models import Division, Line
from district.scope import ScopedQuerySet
from registry.models import Person


class OrgKind(models.TextChoices):
    ASSOCIATION = "association", "社会团体"
    PRIVATE_UNIT = "private_unit", "民办非企业单位"
    FOUNDATION = "foundation", "基金会"


class DirectKind(models.TextChoices):
    """The four kinds that register without a supervising body."""

    TRADE = "trade", "行业协会商会类"
    SCIENCE = "science", "科技类"
    CHARITY = "charity", "公益慈善类"
    COMMUNITY = "community", "城乡社区服务类"


class OrgState(models.TextChoices):
    ACTIVE = "active", "正常"
    EXCEPTION = "exception", "活动异常"
    CANCELLED = "cancelled", "已注销"
    REVOKED = "revoked", "已撤销登记"


LIVE = (OrgState.ACTIVE, OrgState.EXCEPTION)


@tracked()
class Organisation(models.Model):
    """A registered body (社会组织). What it is now; how it came to it stands in its acts and its history."""

    line = models.CharField(
        "业务线", max_length=12, choices=Line, default=Line.ORGS, editable=False
    )  # who may see it
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="登记机关")
    name = models.CharField("名称", max_length=100)
    kind = models.CharField("类型", max_length=12, choices=OrgKind)
    credit_code = models.CharField("统一社会信用代码", max_length=18, unique=True)
    supervisor = models.CharField("业务主管单位", max_length=100, blank=True)
    direct_kind = models.CharField("直接登记类别", max_length=10, choices=DirectKind, blank=True)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="organisations", verbose_name="居民档案"
    )
    representative_name = models.CharField("法定代表人", max_length=60, blank=True)
    representative_id = models.CharField("法定代表人身份证号", max_length=18, blank=True)
    address = models.CharField("住所", max_length=200, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    capital = MoneyField("注册资金（元）", null=True, blank=True)
    scope = models.CharField("业务范围", max_length=500, blank=True)
    individuals = models.PositiveIntegerField("个人会员", default=0)
    units = models.PositiveIntegerField("单位会员", default=0)
    staff = models.PositiveIntegerField("专职工作人员", default=0)
    term_years = models.PositiveSmallIntegerField("理事会每届年限", default=0)
    term_until = models.DateField("本届理事会期满", null=True, blank=True)
    founded_on = models.DateField("成立日期")
    state = models.CharField("状态", max_length=10, choices=OrgState, default=OrgState.ACTIVE)
    ended_on = models.DateField("注销（撤销）日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "line"

    class Meta:
        verbose_name = verbose_name_plural = "社会组织"
        ordering = ["-founded_on", "-id"]
        constraints = [
            # One body code is one body, whatever stands before it.
            models.UniqueConstraint(Substr("credit_code", 9, 9), name="organisation_body_code_once"),
            models.UniqueConstraint(
                fields=["name"], name="organisation_name_once", condition=Q(state__in=["active", "exception"])
            ),
            # 社会团体的法定代表人不得同时担任其他社会团体的法定代表人。
            models.UniqueConstraint(
                fields=["representative_id"],
                name="organisation_one_association_a_person",
                condition=Q(kind="association", state__in=["active", "exception"]) & ~Q(representative_id=""),
            ),
            models.CheckConstraint(
                name="organisation_end_fits_state",
                condition=Q(state__in=["active", "exception"], ended_on__isnull=True)
                | Q(state__in=["cancelled", "revoked"], ended_on__isnull=False),
            ),
            models.CheckConstraint(
                name="organisation_code_fits_kind",
                condition=Q(kind="association", credit_code__startswith="51")
                | Q(kind="private_unit", credit_code__startswith="52")
                | Q(kind="foundation", credit_code__startswith="53"),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("orgs:organisation", args=[self.pk])

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


class OrgFlow(models.TextChoices):
    ESTABLISH = "org_establish", "成立登记"
    CHANGE = "org_change", "变更登记"
    CANCEL = "org_cancel", "注销登记"


class OrgApplication(Case):
    """An act of registration (成立、变更、注销): what is asked for. Its record is the case's own."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="acts", verbose_name="社会组织"
    )
    kind = models.CharField("类型", max_length=12, choices=OrgKind)
    name_area = models.CharField("行政区划", max_length=20, blank=True)
    name_style = models.CharField("字号", max_length=30, blank=True)
    name_field = models.CharField("业务领域", max_length=30, blank=True)
    name_form = models.CharField("组织形式", max_length=20, blank=True)
    name = models.CharField("名称", max_length=100)
    name_approved_on = models.DateField("名称核准日期", null=True, blank=True)
    supervisor = models.CharField("业务主管单位", max_length=100, blank=True)
    direct_kind = models.CharField("直接登记类别", max_length=10, choices=DirectKind, blank=True)
    representative_name = models.CharField("法定代表人", max_length=60, blank=True)
    representative_id = models.CharField("法定代表人身份证号", max_length=18, blank=True)
    address = models.CharField("住所", max_length=200, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    capital = MoneyField("注册资金（元）", default=0)
    paid_in = models.BooleanField("资金已到账", default=False)
    public_raising = models.BooleanField("公开募捐", default=False)
    scope = models.CharField("业务范围", max_length=500, blank=True)
    individuals = models.PositiveIntegerField("个人会员", default=0)
    units = models.PositiveIntegerField("单位会员", default=0)
    staff = models.PositiveIntegerField("专职工作人员", default=0)
    term_years = models.PositiveSmallIntegerField("理事会每届年限", default=0)
    licensed = models.BooleanField("依法须经行业许可", default=False)
    reason = models.CharField("事由", max_length=500, blank=True)
    # What the decision changed, frozen: [label, before, after].
    differences = models.JSONField("变更事项", default=list, blank=True)
    decided_on = models.DateField("决定日期", null=True, blank=True)
    # 注销: liquidation.
    liquidators = models.CharField("清算组成员", max_length=200, blank=True)
    liquidation_from = models.DateField("清算组成立日期", null=True, blank=True)
    creditors_noticed_on = models.DateField("债权人公告日期", null=True, blank=True)
    creditors_notice_in = models.CharField("公告载体", max_length=100, blank=True)
    audited_on = models.DateField("清算审计日期", null=True, blank=True)
    liquidation_reported_on = models.DateField("清算报告书日期", null=True, blank=True)
    auditor = models.CharField("审计机构", max_length=100, blank=True)
    remaining = MoneyField("剩余财产（元）", null=True, blank=True)
    remaining_use = models.CharField("剩余财产处理", max_length=200, blank=True)
    seal_returned_on = models.DateField("印章收缴日期", null=True, blank=True)
    certificate_returned_on = models.DateField("登记证书收缴日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "登记事项"
        ordering = ["-id"]


class GivenPaper(models.Model):
    """A paper of an act that was handed in. A row is written once; one handed back is marked."""

    application = models.ForeignKey(
        OrgApplication, models.PROTECT, related_name="given", verbose_name="登记事项"
    )
    code = models.CharField("材料", max_length=20)
    given_on = models.DateField("收到日期")
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="接收人"
    )
    returned_on = models.DateField("退回日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "application__division"
    line_path = "application__line"

    class Meta:
        verbose_name = verbose_name_plural = "收到的材料"
        ordering = ["application", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "code"], name="givenpaper_once", condition=Q(returned_on__isnull=True)
            )
        ]

    def __str__(self):
        return self.code


class CertificateState(models.TextChoices):
    VALID = "valid", "有效"
    REPLACED = "replaced", "已换发收回"
    SPOILED = "spoiled", "作废"
    RETURNED = "returned", "已收缴"


@tracked()
class OrgCertificate(models.Model):
    """登记证书: a number of the year's series, with what is printed on it. A spoiled one keeps its number."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="certificates", verbose_name="社会组织"
    )
    application = models.ForeignKey(
        OrgApplication,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name="登记事项",
    )
    number = models.CharField("证书编号", max_length=30, unique=True)
    issued_on = models.DateField("发证日期")
    valid_from = models.DateField("有效期自")
    valid_until = models.DateField("有效期至")
    content = models.JSONField("登记内容", default=dict)
    state = models.CharField("状态", max_length=10, choices=CertificateState, default=CertificateState.VALID)
    closed_on = models.DateField("收回（作废）日期", null=True, blank=True)
    reason = models.CharField("作废原因", max_length=200, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="制证人"
    )
    printed_at = models.DateTimeField("打印时间", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "organisation__division"
    line_path = "organisation__line"

    class Meta:
        verbose_name = verbose_name_plural = "登记证书"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], name="orgcertificate_one_valid", condition=Q(state="valid")
            ),
            models.CheckConstraint(
                name="orgcertificate_spoiled_why", condition=~Q(state="spoiled") | ~Q(reason="")
            ),
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return self.organisation.get_absolute_url()


class Conclusion(models.TextChoices):
    PASS = "pass", "合格"
    BASIC = "basic", "基本合格"
    FAIL = "fail", "不合格"


@tracked()
class InspectionCampaign(models.Model):
    """年度检查 of the reports on one year; the last days are frozen as they stood when it was opened."""

    line = models.CharField("业务线", max_length=12, choices=Line, default=Line.ORGS, editable=False)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="登记机关")
    year = models.PositiveSmallIntegerField("检查年度")
    opened_on = models.DateField("启动日期")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="启动人"
    )
    note = models.CharField("说明", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "line"

    class Meta:
        verbose_name = verbose_name_plural = "年度检查"
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["division", "year"], name="inspectioncampaign_once")]

    def __str__(self):
        return f"{self.year} 年度检查"

    def get_absolute_url(self):
        return reverse("orgs:campaign", args=[self.pk])


class ReportState(models.TextChoices):
    DUE = "due", "待报送"
    SUBMITTED = "submitted", "已报送"
    RETURNED = "returned", "退回补正"
    COMPLETE = "complete", "材料齐全"
    PROPOSED = "proposed", "待复核"
    CONCLUDED = "concluded", "已作结论"


@tracked()
class InspectionReport(models.Model):
    """One body's report in a campaign: handed in, completed, judged by one officer and confirmed by another."""

    campaign = models.ForeignKey(
        InspectionCampaign, models.PROTECT, related_name="reports", verbose_name="年度检查"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="inspections", verbose_name="社会组织"
    )
    supervisor_due_on = models.DateField("报业务主管单位期限", null=True, blank=True)
    due_on = models.DateField("报登记机关期限")
    state = models.CharField("状态", max_length=10, choices=ReportState, default=ReportState.DUE)
    submitted_on = models.DateField("报送日期", null=True, blank=True)
    papers = models.JSONField("已交材料", default=list, blank=True)
    income = MoneyField("本年收入（元）", null=True, blank=True)
    expenses = MoneyField("本年支出（元）", null=True, blank=True)
    net_assets = MoneyField("年末净资产（元）", null=True, blank=True)
    staff = models.PositiveIntegerField("从业人员", null=True, blank=True)
    activities = models.PositiveIntegerField("开展活动（次）", null=True, blank=True)
    supervisor_on = models.DateField("业务主管单位初审日期", null=True, blank=True)
    supervisor_opinion = models.CharField("业务主管单位初审意见", max_length=300, blank=True)
    returned_on = models.DateField("退回补正日期", null=True, blank=True)
    missing = models.CharField("补正内容", max_length=500, blank=True)
    proposed = models.CharField("拟定结论", max_length=6, choices=Conclusion, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="拟定人",
    )
    proposed_on = models.DateField("拟定日期", null=True, blank=True)
    ground = models.CharField("结论依据", max_length=300, blank=True)
    conclusion = models.CharField("结论", max_length=6, choices=Conclusion, blank=True)
    concluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="复核人",
    )
    concluded_on = models.DateField("结论日期", null=True, blank=True)
    reminded_on = models.DateField("催报日期", null=True, blank=True)
    reminders = models.PositiveSmallIntegerField("催报次数", default=0)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ScopedQuerySet.as_manager()
    division_path = "organisation__division"
    line_path = "organisation__line"

    class Meta:
        verbose_name = verbose_name_plural = "年度工作报告"
        ordering = ["campaign", "organisation__name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "organisation"], name="inspectionreport_once"),
            models.CheckConstraint(
                name="inspectionreport_concluded_by_another",
                condition=Q(conclusion="", concluded_on__isnull=True)
                | Q(concluded_on__isnull=False)
                & ~Q(conclusion="")
                & ~Q(proposed_by=models.F("concluded_by")),
            ),
        ]

    def __str__(self):
        return self.organisation.name

    def get_absolute_url(self):
        return reverse("orgs:report", args=[self.pk])

    @property
    def handed_in(self) -> bool:
        return self.submitted_on is not None


class MeasureKind(models.TextChoices):
    EXCEPTION = "exception", "列入活动异常名录"
    LIFT = "lift", "移出活动异常名录"
    REVOKE = "revoke", "撤销登记"


class MeasureState(models.TextChoices):
    PROPOSED = "proposed", "待决定"
    DECIDED = "decided", "已决定"
    REJECTED = "rejected", "不采取"


@tracked()
class Measure(models.Model):
    """A measure against a body: proposed with its ground by one officer, decided by another."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="measures", verbose_name="社会组织"
    )
    kind = models.CharField("措施", max_length=10, choices=MeasureKind)
    ground = models.CharField("事实和依据", max_length=500)
    state = models.CharField("状态", max_length=10, choices=MeasureState, default=MeasureState.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_on = models.DateField("提出日期")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="决定人",
    )
    decided_on = models.DateField("决定日期", null=True, blank=True)
    opinion = models.CharField("决定意见", max_length=300, blank=True)
    created_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    division_path = "organisation__division"
    line_path = "organisation__line"

    class Meta:
        verbose_name = verbose_name_plural = "监管措施"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind"],
                name="measure_one_proposed",
                condition=Q(state="proposed"),
            ),
            models.CheckConstraint(
                name="measure_decided_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(proposed_by=models.F("decided_by")),
            ),
        ]

    def __str__(self):
        return f"{self.organisation} {self.get_kind_display()}"

    def get_absolute_url(self):
        return self.organisation.get_absolute_url()
