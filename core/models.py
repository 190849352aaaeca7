"""Jobs with heartbeat, stored files, number series, working-day overrides, and the trail of what was looked at."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class JobState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"


class Job(models.Model):
    """A long piece of work, cut into idempotent parts that workers claim in the database."""

    kind = models.CharField("种类", max_length=40)
    title = models.CharField("名称", max_length=120)
    params = models.JSONField("参数", default=dict)
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.QUEUED)
    current = models.CharField("正在处理", max_length=120, blank=True)
    result = models.JSONField("结果", default=dict)
    error = models.TextField("原因", blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="发起人",
    )
    area = models.CharField("范围", max_length=12, blank=True)
    created_at = models.DateTimeField("发起时间", default=timezone.now)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering = ["-id"]

    def __str__(self):
        return self.title


class JobPart(models.Model):
    """One part of a job (a township, a stage). `attempt` fences: only the newest claim may finish it."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="parts", verbose_name="任务")
    key = models.CharField("部分", max_length=40)
    label = models.CharField("名称", max_length=80)
    position = models.PositiveSmallIntegerField("次序", default=0)
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.QUEUED)
    attempt = models.PositiveSmallIntegerField("第几次", default=0)
    worker = models.CharField("执行者", max_length=80, blank=True)
    heartbeat_at = models.DateTimeField("心跳", null=True, blank=True)
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    result = models.JSONField("结果", default=dict)
    error = models.TextField("原因", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务部分"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["job", "key"], name="jobpart_once")]
        indexes = [
            models.Index(
                fields=["heartbeat_at"],
                name="jobpart_open",
                condition=models.Q(state__in=["queued", "running"]),
            )
        ]

    def __str__(self):
        return f"{self.job}·{self.label}"


class StoredFile(models.Model):
    """A file as bytes in the database: one backup, one transaction, no path that leaks. Never changed once written."""

    name = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("字节数")
    content = models.BinaryField("内容")
    rows = models.PositiveIntegerField("行数", null=True, blank=True)
    amount = models.DecimalField("金额合计（元）", max_digits=16, decimal_places=2, null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="经办人",
    )
    created_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "文件"

    def __str__(self):
        return self.name


class NumberSeries(models.Model):
    """The last number given of a series (`DB-2020`). Taken by a row lock of the caller: no gap, no double."""

    key = models.CharField("系列", max_length=60, primary_key=True)
    last = models.PositiveIntegerField("最后一号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号系列"

    def __str__(self):
        return self.key


class WorkdayOverride(models.Model):
    """A day that the bureau declares working or free, over the published calendar and for later years."""

    day = models.DateField("日期", primary_key=True)
    is_workday = models.BooleanField("是否工作日")
    name = models.CharField("说明", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "工作日调整"
        ordering = ["day"]

    def __str__(self):
        return f"{self.day} {self.name}"


class AccessKind(models.TextChoices):
    REVEAL = "reveal", "查看完整号码"
    EXPORT = "export", "导出"
    DOWNLOAD = "download", "下载"
    PRINT = "print", "打印"
    LOGIN = "login", "登录"
    LOGOUT = "logout", "退出"
    REFUSED = "refused", "登录未成功"
    VIEW = "view", "查阅"


class AccessLog(models.Model):
    """Who looked at an unmasked number, exported or downloaded, and what for."""

    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="人员"
    )
    kind = models.CharField("动作", max_length=10, choices=AccessKind)
    target = models.CharField("对象", max_length=200)
    target_key = models.CharField("对象编号", max_length=60, blank=True, db_index=True)
    purpose = models.CharField("事由", max_length=200, blank=True)
    detail = models.JSONField("内容", default=dict)
    area = models.CharField("范围", max_length=12, blank=True)
    address = models.GenericIPAddressField("来源地址", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "查阅与导出痕迹"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.get_kind_display()} {self.target}"


class SavedFilter(models.Model):
    """A list's conditions that a user keeps under a name."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="人员")
    page = models.CharField("页面", max_length=60)
    name = models.CharField("名称", max_length=40)
    query = models.CharField("条件", max_length=500)

    class Meta:
        verbose_name = verbose_name_plural = "常用筛选"
        constraints = [models.UniqueConstraint(fields=["user", "page", "name"], name="savedfilter_name")]

    def __str__(self):
        return self.name
