"""The marriage register: files with both parties frozen, certificates in series without gap, closed days, annotations.

A `Registration` is the archive of one act, from the application on; a `MarriageCase` is the way there, and what was
taken over from an old register has none. Only the registrars of the office see any of it.
"""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from casework.models import Case
from core.history import tracked
from district.models import Office
from district.scope import ScopedQuerySet
from marriage import rules
from registry.models import Person


class Kind(models.TextChoices):
    MARRIAGE = rules.MARRY, "结婚"
    DIVORCE = rules.DIVORCE, "离婚"
    REISSUE_MARRIAGE = rules.REISSUE_MARRIAGE, "补发结婚证"
    REISSUE_DIVORCE = rules.REISSUE_DIVORCE, "补发离婚证"

    @property
    def is_reissue(self) -> bool:
        return self in (Kind.REISSUE_MARRIAGE, Kind.REISSUE_DIVORCE)


class FileState(models.TextChoices):
    OPEN = "open", "办理中"
    REGISTERED = "registered", "已登记"
    ENDED = "ended", "未登记"


class Side(models.TextChoices):
    MAN = rules.MAN, "男方"
    WOMAN = rules.WOMAN, "女方"


class Before(models.TextChoices):
    SINGLE = rules.SINGLE, "未婚"
    DIVORCED = rules.DIVORCED, "离婚"
    WIDOWED = rules.WIDOWED, "丧偶"
    MARRIED = rules.MARRIED, "已婚"


class Letter(models.TextChoices):
    J = "J", "结婚证"
    L = "L", "离婚证"
    BJ = "BJ", "补发结婚证"
    BL = "BL", "补发离婚证"


class LossReason(models.TextChoices):
    LOST = "lost", "遗失"
    DAMAGED = "damaged", "损毁"


@tracked()
class Registration(models.Model):
    """婚姻登记档案: one act. Once `registered_on` is set the database lets nobody change it; it is only annotated."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="登记处")
    office_name = models.CharField("登记机关", max_length=60)
    kind = models.CharField("类别", max_length=20, choices=Kind)
    state = models.CharField("状态", max_length=12, choices=FileState, default=FileState.OPEN)
    taken_over = models.BooleanField("旧登记簿接收", default=False)
    applied_on = models.DateField("申请日期", null=True, blank=True)
    registered_on = models.DateField("登记日期", null=True, blank=True)
    # Divorce since 2021: the receipt and the days that follow from it (民法典第1077条).
    receipt_on = models.DateField("受理日期", null=True, blank=True)
    cooling_off_ends = models.DateField("冷静期届满", null=True, blank=True)
    window_from = models.DateField("发证期起", null=True, blank=True)
    window_until = models.DateField("发证期止", null=True, blank=True)
    papers = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name="出示证件")
    both_present = models.BooleanField("双方亲自到场", default=False)
    voluntary = models.BooleanField("自愿", default=False)
    unrelated = models.BooleanField("无禁止结婚的亲属关系", default=False)
    capable = models.BooleanField("具有完全民事行为能力", default=False)
    agreement = models.BooleanField("子女、财产、债务协商一致", default=False)
    # What the act rests on: the marriage to be dissolved, the certificate to be replaced.
    prior = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers", verbose_name="原登记"
    )
    prior_number = models.CharField("原证字号", max_length=40, blank=True)
    prior_on = models.DateField("原登记日期", null=True, blank=True)
    prior_office = models.CharField("原登记机关", max_length=60, blank=True)
    loss = models.CharField("补领原因", max_length=10, choices=LossReason, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)
    registrar = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="登记员",
    )
    created_at = models.DateTimeField("建档时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    division_path = "office__division"
    office_path = "office"

    class Meta:
        verbose_name = verbose_name_plural = "婚姻登记档案"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["office", "registered_on", "kind"], name="marriage_by_day"),
            models.Index(fields=["office", "state", "-id"], name="marriage_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                name="marriage_registered_has_day",
                condition=Q(state="registered", registered_on__isnull=False)
                | (~Q(state="registered") & Q(registered_on__isnull=True)),
            )
        ]

    def __str__(self):
        return f"婚姻登记档案 {self.pk}"

    def get_absolute_url(self):
        return reverse("marriage:file", args=[self.pk])

    @property
    def letter(self) -> str:
        """The letters that its certificate's number begins with."""
        return rules.LETTERS[self.kind]

    @property
    def man(self) -> "Party":
        return next(one for one in self.both if one.side == Side.MAN)

    @property
    def woman(self) -> "Party":
        return next(one for one in self.both if one.side == Side.WOMAN)

    @property
    def both(self) -> list["Party"]:
        """Man and woman, read once."""
        return sorted(self.parties.all(), key=lambda one: one.side, reverse=True)

    @property
    def couple(self) -> str:
        return "、".join(one.name for one in self.both)


class OfRegistration(models.Model):
    """Rows of a file: seen by whoever may see the file."""

    objects = ScopedQuerySet.as_manager()
    division_path = "registration__office__division"
    office_path = "registration__office"

    class Meta:
        abstract = True


@tracked()
class Party(OfRegistration):
    """男方 or 女方 as taken down with the act; later corrections of the registry change nothing here."""

    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="parties", verbose_name="档案"
    )
    side = models.CharField("男方/女方", max_length=1, choices=Side)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="居民")
    name = models.CharField("姓名", max_length=60)
    id_number = models.CharField("身份证号", max_length=18)
    birth_date = models.DateField("出生日期")
    nationality = models.CharField("国籍", max_length=30, default=rules.HOME)
    ethnicity = models.CharField("民族", max_length=20, blank=True)
    hukou = models.CharField("常住户口所在地", max_length=200, blank=True)
    hukou_local = models.BooleanField("户口在本区", default=False)
    before = models.CharField("登记前婚姻状况", max_length=10, choices=Before, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "当事人"
        ordering = ["registration", "-side"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "side"], name="marriage_party_once"),
        ]
        indexes = [
            models.Index(fields=["name"], name="marriage_party_name", opclasses=["text_pattern_ops"]),
            models.Index(fields=["id_number"], name="marriage_party_id"),
        ]

    def __str__(self):
        return self.get_side_display()


class MarriageCase(Case):
    """The case that leads to a file's act: its stages, steps and record."""

    registration = models.OneToOneField(
        Registration, models.PROTECT, related_name="case", verbose_name="档案"
    )

    class Meta:
        verbose_name = verbose_name_plural = "婚姻登记案件"
        ordering = ["-id"]


class CertificateState(models.TextChoices):
    ISSUED = "issued", "已发"
    SPOILED = "spoiled", "作废"


@tracked()
class Certificate(OfRegistration):
    """A number of the series and what became of it: issued, or spoiled with its reason. It never goes away."""

    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="certificates", verbose_name="档案"
    )
    number = models.CharField("证件字号", max_length=40, unique=True)
    letter = models.CharField("种类", max_length=2, choices=Letter)
    year = models.PositiveSmallIntegerField("年度")
    serial = models.PositiveIntegerField("序号")
    state = models.CharField("状态", max_length=10, choices=CertificateState, default=CertificateState.ISSUED)
    taken_over = models.BooleanField("旧登记簿接收", default=False)
    issued_on = models.DateField("发证日期")
    issued_at = models.DateTimeField("发证时间", default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="登记员",
    )
    printed_at = models.DateTimeField("首次打印", null=True, blank=True)
    spoiled_on = models.DateField("作废日期", null=True, blank=True)
    spoiled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="作废人",
    )
    spoiled_reason = models.CharField("作废原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "婚姻登记证"
        ordering = ["letter", "year", "serial"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], name="marriage_one_live_certificate", condition=Q(state="issued")
            ),
            models.CheckConstraint(
                name="marriage_spoiled_with_reason",
                condition=Q(state="issued", spoiled_on__isnull=True)
                | (Q(state="spoiled", spoiled_on__isnull=False) & ~Q(spoiled_reason="")),
            ),
        ]
        indexes = [
            models.Index(fields=["issued_on"], name="marriage_issued"),
            models.Index(fields=["spoiled_on"], name="marriage_spoiled", condition=Q(state="spoiled")),
        ]

    def __str__(self):
        return self.number


class AnnotationKind(models.TextChoices):
    ANNULLED = "annulled", "撤销婚姻或宣告无效"
    COURT_DIVORCE = "court_divorce", "法院判决（调解）离婚"
    DEATH = "death", "一方死亡"
    NOTE = "note", "更正说明"


@tracked()
class Annotation(OfRegistration):
    """What is written beside a registered act: its annulment by a court, its end, a correction. Written once."""

    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="annotations", verbose_name="档案"
    )
    kind = models.CharField("种类", max_length=20, choices=AnnotationKind)
    on = models.DateField("生效日期")
    authority = models.CharField("作出机关", max_length=60, blank=True)
    document = models.CharField("文书字号", max_length=60, blank=True)
    text = models.CharField("内容", max_length=500)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记员"
    )
    written_at = models.DateTimeField("记载时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "登记簿附注"
        ordering = ["-id"]

    def __str__(self):
        return self.get_kind_display()


class DayRegister(models.Model):
    """日登记簿: a closed day of an office. After it nothing of that day changes, the database holds it."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="登记处")
    day = models.DateField("日期")
    # Per kind of certificate: letter, issued, spoiled, first, last, and the spoiled numbers with their reasons.
    lines: Any = models.JSONField("各类合计", default=list)
    note = models.CharField("说明", max_length=200, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="关簿人"
    )
    closed_at = models.DateTimeField("关簿时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    division_path = "office__division"
    office_path = "office"

    class Meta:
        verbose_name = verbose_name_plural = "日登记簿"
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["office", "day"], name="marriage_day_once")]

    def __str__(self):
        return f"{self.day} 登记簿"

    def get_absolute_url(self):
        return reverse("marriage:day", args=[self.day])
