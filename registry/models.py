"""Persons, households, memberships, payee accounts and disability certificates: facts with dates, never overwritten."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Right
from django.urls import reverse
from django.utils import timezone

from core.fields import MoneyField
from core.history import tracked
from core.models import Job, StoredFile
from district.models import AreaKind, Division, Line, Office
from district.scope import ScopedQuerySet


class DaySpan(Func):
    """The days from `since` up to, not including, `until` (open when null)."""

    function = "daterange"
    template = "%(function)s(%(expressions)s, '[)')"


class Sex(models.TextChoices):
    MALE = "M", "男"
    FEMALE = "F", "女"


class Labour(models.TextChoices):
    FULL = "full", "完全劳动能力"
    PARTIAL = "partial", "部分丧失劳动能力"
    NONE = "none", "完全丧失劳动能力"


class Relation(models.TextChoices):
    HEAD = "head", "户主"
    SPOUSE = "spouse", "配偶"
    SON = "son", "子"
    DAUGHTER = "daughter", "女"
    PARENT = "parent", "父母"
    GRANDCHILD = "grandchild", "孙子女"
    SIBLING = "sibling", "兄弟姐妹"
    OTHER = "other", "其他"


@tracked(exclude=["pinyin", "initials"])
class Person(models.Model):
    """A natural person, one row for life. The 18-digit ID number is unique; birth date and sex follow from it."""

    id_number = models.CharField("身份证号", max_length=18, unique=True)
    name = models.CharField("姓名", max_length=60)
    pinyin = models.CharField("拼音", max_length=120, blank=True)
    initials = models.CharField("拼音首字母", max_length=20, blank=True)
    birth_date = models.DateField("出生日期")
    sex = models.CharField("性别", max_length=1, choices=Sex)
    ethnicity = models.CharField("民族", max_length=20, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    address = models.CharField("住址", max_length=200, blank=True)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="村（社区）")
    hukou_kind = models.CharField("户籍类别", max_length=5, choices=AreaKind, blank=True)
    health = models.CharField("健康状况", max_length=60, blank=True)
    labour = models.CharField("劳动能力", max_length=8, choices=Labour, blank=True)
    monthly_income = MoneyField("登记月收入（元）", null=True, blank=True)
    death_date = models.DateField("死亡日期", null=True, blank=True)
    note = models.CharField("备注", max_length=500, blank=True)
    created_at = models.DateTimeField("登记时间", default=timezone.now)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"

    class Meta:
        verbose_name = verbose_name_plural = "居民"
        constraints = [
            models.CheckConstraint(
                name="person_id_number_shape", condition=Q(id_number__regex=r"^\d{17}[\dX]$")
            ),
            models.CheckConstraint(
                name="person_birth_from_id",
                condition=Q(
                    birth_date=Func(
                        Func(
                            models.F("id_number"),
                            models.Value(7),
                            models.Value(8),
                            function="substr",
                            output_field=models.CharField(),
                        ),
                        models.Value("YYYYMMDD"),
                        function="to_date",
                        output_field=models.DateField(),
                    )
                ),
            ),
        ]
        indexes = [
            GinIndex(name="person_name_trgm", fields=["name"], opclasses=["gin_trgm_ops"]),
            models.Index(name="person_initials", fields=["initials"], opclasses=["text_pattern_ops"]),
            models.Index(name="person_pinyin", fields=["pinyin"], opclasses=["text_pattern_ops"]),
            models.Index(name="person_phone", fields=["phone"]),
            # Lists without ID numbers tell people by these.
            models.Index(name="person_name_birth", fields=["name", "birth_date"]),
            models.Index(Right("id_number", 4), name="person_id_tail"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("registry:person", args=[self.pk])


@tracked()
class Household(models.Model):
    """A household (户) under its 户编号."""

    number = models.CharField("户编号", max_length=40, unique=True)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="村（社区）")
    address = models.CharField("住址", max_length=200, blank=True)
    hukou_kind = models.CharField("户籍类别", max_length=5, choices=AreaKind, blank=True)
    note = models.CharField("备注", max_length=500, blank=True)
    until = models.DateField("销户日期", null=True, blank=True)
    created_at = models.DateTimeField("登记时间", default=timezone.now)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"

    class Meta:
        verbose_name = verbose_name_plural = "家庭"

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("registry:household", args=[self.pk])


@tracked()
class Membership(models.Model):
    """A person's time in a household. `until` is the first day no longer in it."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="memberships", verbose_name="家庭")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", verbose_name="居民")
    relation = models.CharField("与户主关系", max_length=12, choices=Relation)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "household__division"

    class Meta:
        verbose_name = verbose_name_plural = "家庭成员"
        constraints = [
            ExclusionConstraint(
                name="membership_one_household_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (DaySpan("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="membership_one_head_at_a_time",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    (DaySpan("since", "until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(relation="head"),
            ),
        ]

    def __str__(self):
        return f"{self.person}（{self.get_relation_display()}）"


class InstitutionKind(models.TextChoices):
    CARE_HOME = "care_home", "供养（养老）机构"
    OTHER = "other", "其他代收单位"


class InstitutionQuerySet(ScopedQuerySet):
    """A home takes people of every township: whoever works in its district finds it."""

    def visible_to(self, user) -> ScopedQuerySet:
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.within(user.division_id[:6])


@tracked()
class Institution(models.Model):
    """供养机构: a care home or another body to which what is due to somebody in its care is paid."""

    code = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=10, choices=InstitutionKind, default=InstitutionKind.CARE_HOME)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="所在区划")
    address = models.CharField("地址", max_length=200, blank=True)
    contact = models.CharField("联系人", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    created_at = models.DateTimeField("登记时间", default=timezone.now)
    version = models.PositiveIntegerField("版本", default=1)

    objects = InstitutionQuerySet.as_manager()
    division_path = "division"
    is_case_data = False

    class Meta:
        verbose_name = verbose_name_plural = "供养机构"
        ordering = ["division_id", "name"]
        constraints = [
            models.CheckConstraint(name="institution_code_shape", condition=Q(code__regex=r"^[0-9A-Z]{18}$")),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("registry:institution", args=[self.pk])


class AccountQuerySet(ScopedQuerySet):
    """Accounts of persons in the area, and of institutions that lie in it."""

    def visible_to(self, user) -> ScopedQuerySet:
        mine = super().visible_to(user)
        if not mine.query.is_empty():
            mine |= self.filter(institution__in=Institution.objects.within(user.division_id))
        return mine


@tracked()
class PayeeAccount(models.Model):
    """The account (一卡通) to which goes what is due to a person, or to those in a home's care."""

    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name="居民"
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name="供养机构"
    )
    bank = models.CharField("开户银行", max_length=60, blank=True)
    number = models.CharField("账号", max_length=32)
    holder_name = models.CharField("户名", max_length=60)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    created_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = AccountQuerySet.as_manager()
    division_path = "person__division"

    class Meta:
        verbose_name = verbose_name_plural = "一卡通账户"
        constraints = [
            ExclusionConstraint(
                name="account_one_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (DaySpan("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="account_one_at_a_time_institution",
                expressions=[
                    ("institution", RangeOperators.EQUAL),
                    (DaySpan("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="account_one_owner",
                condition=Q(person__isnull=False, institution__isnull=True)
                | Q(person__isnull=True, institution__isnull=False),
            ),
            models.CheckConstraint(name="account_number_digits", condition=Q(number__regex=r"^\d{8,32}$")),
        ]

    def __str__(self):
        return f"{self.bank} {self.number[-4:]}"

    @property
    def owner(self) -> "Person | Institution":
        """The person or institution whose account it is."""
        found = self.person or self.institution
        assert found is not None
        return found


class DisabilityKind(models.TextChoices):
    VISUAL = "visual", "视力"
    HEARING = "hearing", "听力"
    SPEECH = "speech", "言语"
    PHYSICAL = "physical", "肢体"
    INTELLECTUAL = "intellectual", "智力"
    MENTAL = "mental", "精神"
    MULTIPLE = "multiple", "多重"


@tracked()
class DisabilityCertificate(models.Model):
    """残疾证: ID number + category 1–7 + grade 1–4, perhaps with a re-issue suffix."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="certificates", verbose_name="居民")
    number = models.CharField("残疾证号", max_length=24)
    kind = models.CharField("残疾类别", max_length=14, choices=DisabilityKind)
    grade = models.PositiveSmallIntegerField("残疾等级")
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "person__division"

    class Meta:
        verbose_name = verbose_name_plural = "残疾证"
        constraints = [
            ExclusionConstraint(
                name="certificate_one_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (DaySpan("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="certificate_grade", condition=Q(grade__range=(1, 4))),
        ]

    def __str__(self):
        return self.number


class ImportState(models.TextChoices):
    CHECKING = "checking", "检查中"
    CHECKED = "checked", "待写入"
    WRITING = "writing", "写入中"
    WRITTEN = "written", "已写入"
    UNDONE = "undone", "已撤销"
    DISCARDED = "discarded", "已放弃"
    FAILED = "failed", "不能导入"


class ImportBatch(models.Model):
    """A file taken in: checked first, shown, then written. Serves every ledger (`kind`), not the registry alone."""

    kind = models.CharField("种类", max_length=20)
    line = models.CharField("业务线", max_length=12, choices=Line, default=Line.RELIEF)
    # Set for ledgers of an office (婚姻登记): only its registrars see what was taken in.
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="机构"
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="文件")
    state = models.CharField("状态", max_length=10, choices=ImportState, default=ImportState.CHECKING)
    counts = models.JSONField("计数", default=dict)
    titles = models.JSONField("表头", default=dict)
    notes = ArrayField(models.CharField(max_length=300), default=list, verbose_name="说明")
    errors_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="错误行"
    )
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", verbose_name="任务")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="范围")
    created_by = models.ForeignKey(
        "district.User", models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    created_at = models.DateTimeField("时间", default=timezone.now)
    written_at = models.DateTimeField("写入时间", null=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "line"
    office_path = "office"

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.file.name}"

    def get_absolute_url(self):
        return reverse("registry:import", args=[self.pk])


class RowAction(models.TextChoices):
    CREATED = "created", "新建"
    UPDATED = "updated", "更新"
    UNCHANGED = "unchanged", "未变"
    REJECTED = "rejected", "拒绝"


class ImportRow(models.Model):
    """One row of the file: as it came, as it was understood, what will be done with it and why."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", verbose_name="批次")
    sheet = models.CharField("工作表", max_length=60, blank=True)
    row_no = models.PositiveIntegerField("行号")
    raw = models.JSONField("原文")
    data = models.JSONField("内容", default=dict)
    action = models.CharField("处理", max_length=10, choices=RowAction)
    fixed = ArrayField(models.CharField(max_length=120), default=list, verbose_name="修复")
    errors = models.JSONField("错误", default=list)
    changes = models.JSONField("变更", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "导入行"
        ordering = ["id"]
        indexes = [models.Index(fields=["batch", "action", "id"], name="importrow_action")]

    def __str__(self):
        return f"{self.sheet}!{self.row_no}"
