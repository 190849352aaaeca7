"""抽查: a random sample of a month's recipients and what the visits found."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from benefits.models import Entitlement
from core.fields import MonthField
from core.history import tracked
from district.models import Division, Line
from district.scope import ScopedQuerySet


class SpotCheck(models.Model):
    """抽查: a random sample of a month's recipients, drawn by a recorded seed, stratified by township and programme."""

    month = MonthField("月份")
    seed = models.BigIntegerField("随机种子")
    wanted = models.PositiveIntegerField("抽取份数")
    population = models.PositiveIntegerField("在享份数")
    line = models.CharField("业务线", max_length=12, choices=Line, default=Line.RELIEF)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="范围")
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="抽取人"
    )
    drawn_at = models.DateTimeField("抽取时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "line"

    class Meta:
        verbose_name = verbose_name_plural = "抽查"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.month:%Y-%m} 抽查"

    def get_absolute_url(self):
        return reverse("rechecks:spot_check", args=[self.pk])


class SpotResult(models.TextChoices):
    RIGHT = "right", "情况属实"
    CHANGED = "changed", "情况有变，金额应调整"
    WRONG = "wrong", "不应享受"
    NOT_MET = "not_met", "未见到人"


@tracked()
class SpotCheckItem(models.Model):
    """One holding of the sample with what the visit found. `weight`: how many of its stratum it stands for."""

    check_of = models.ForeignKey(SpotCheck, models.CASCADE, related_name="items", verbose_name="抽查")
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="+", verbose_name="待遇")
    stratum = models.CharField("层", max_length=60)
    weight = models.DecimalField("权数", max_digits=12, decimal_places=4)
    result = models.CharField("结果", max_length=8, choices=SpotResult, blank=True)
    words = models.CharField("情况", max_length=500, blank=True)
    visited_on = models.DateField("入户日期", null=True, blank=True)
    visited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="核查人",
    )

    objects = ScopedQuerySet.as_manager()
    division_path = "entitlement__division"
    line_path = "entitlement__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "抽查对象"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["check_of", "entitlement"], name="spotcheckitem_once")]

    def __str__(self):
        return str(self.entitlement)
