"""Outside lists (比对名单) and their rows."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from core.fields import MoneyField
from core.models import Job, StoredFile
from district.models import Division, Line
from district.scope import ScopedQuerySet
from rechecks import kinds


class OutsideList(models.Model):
    """比对名单: what another office says of many people, as of a day. A newer one supersedes, old ones stay."""

    kind = models.CharField("种类", max_length=12, choices=kinds.CHOICES)
    as_of = models.DateField("截止日期")
    source = models.CharField("来源单位", max_length=100, blank=True)
    line = models.CharField("业务线", max_length=12, choices=Line, default=Line.RELIEF)
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    # As it was uploaded; a list from the shell has only its rows.
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件"
    )
    errors_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="错误行"
    )
    rows = models.PositiveIntegerField("行数", default=0)
    loaded = models.PositiveIntegerField("载入", default=0)
    rejected = models.PositiveIntegerField("拒绝", default=0)
    unknown = models.PositiveIntegerField("不在登记册", default=0)
    notes = models.JSONField("说明", default=list)
    # [row, column, reason] of the first refused ones, for the page; all of them are in the workbook.
    first_refused = models.JSONField("被拒绝的头几行", default=list)
    # Without them its people are told by name, birth date and place; what it says is never acted on by itself.
    has_numbers = models.BooleanField("有身份证号", default=True)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="范围")
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="任务")
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="载入人",
    )
    loaded_at = models.DateTimeField("载入时间", default=timezone.now)
    # A list of the dead that a second officer has vouched for may hold payments by itself.
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="确认人",
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "line"

    class Meta:
        verbose_name = verbose_name_plural = "比对名单"
        ordering = ["-as_of", "-id"]
        constraints = [
            # The same file for the same day is one list, however often and by how many it is sent.
            models.UniqueConstraint(fields=["kind", "as_of", "sha256"], name="outsidelist_once")
        ]

    def __str__(self):
        without = "" if self.has_numbers else "无身份证号，"
        return f"{self.get_kind_display()}（{without}截至 {self.as_of:%Y-%m-%d}）"

    def get_absolute_url(self):
        return reverse("rechecks:list", args=[self.pk])


class ListRow(models.Model):
    """One row of a list: the person as the other office names him, what is judged, and the rest as it came."""

    list = models.ForeignKey(
        OutsideList, models.CASCADE, related_name="entries", verbose_name="名单", db_index=False
    )
    row_no = models.PositiveIntegerField("行号")
    id_number = models.CharField("身份证号", max_length=18)
    name = models.CharField("姓名", max_length=60)
    day = models.DateField("日期", null=True)
    amount = MoneyField("金额（元）", null=True)
    label = models.CharField("判断用文字", max_length=200, blank=True)
    data = models.JSONField("内容", default=dict)
    # Only where the list has no numbers: born between these days (one day, or the month that is told), living there.
    born_from = models.DateField("出生（起）", null=True)
    born_to = models.DateField("出生（止）", null=True)
    township = models.CharField("乡镇（街道）", max_length=60, blank=True, db_default="")
    village = models.CharField("村（社区）", max_length=60, blank=True, db_default="")

    objects = ScopedQuerySet.as_manager()
    division_path = "list__division"
    line_path = "list__line"

    class Meta:
        verbose_name = verbose_name_plural = "名单行"
        indexes = [models.Index(fields=["list", "id_number"], name="listrow_person")]

    def __str__(self):
        return f"{self.name} {self.data}"

    @property
    def born(self):
        """The day, or the month, of birth as a list without numbers tells it."""
        if self.born_from is None:
            return ""
        return f"{self.born_from:%Y-%m-%d}" if self.born_from == self.born_to else f"{self.born_from:%Y-%m}"
