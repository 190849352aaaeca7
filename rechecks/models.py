"""Outside lists with their rows, recheck runs, findings and what happened to them."""

from datetime import date

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from benefits.models import EndReason, Entitlement, Hold, Programme
from casework.models import Case
from core.fields import MoneyField, MonthField
from core.history import tracked
from core.models import Job, StoredFile
from district.models import Division, Line
from district.scope import ScopedQuerySet
from rechecks import kinds
from registry.models import Household, Person


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


class Recheck(models.Model):
    """One comparison of a month's holdings with the lists at hand. It may be made again; its findings stay the same."""

    month = MonthField("月份", unique=True)
    state = models.CharField(
        "状态",
        max_length=8,
        choices=[("running", "比对中"), ("done", "已完成"), ("failed", "未完成")],
        default="running",
    )
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", verbose_name="任务")
    checked = models.PositiveIntegerField("比对待遇", default=0)
    findings = models.PositiveIntegerField("疑点", default=0)
    new = models.PositiveIntegerField("新疑点", default=0)
    line = models.CharField("业务线", max_length=12, choices=Line, default=Line.RELIEF)
    # What it rested on: kind → {list, as_of, rows, stale} or null where no list was there.
    lists = models.JSONField("所用名单", default=dict)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="范围")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="发起人"
    )
    started_at = models.DateTimeField("开始时间", default=timezone.now)
    finished_at = models.DateTimeField("完成时间", null=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "line"

    class Meta:
        verbose_name = verbose_name_plural = "回头看"
        ordering = ["-month"]

    def __str__(self):
        return f"{self.month:%Y-%m} 回头看"

    def get_absolute_url(self):
        return reverse("rechecks:recheck", args=[self.pk])


class FindingState(models.TextChoices):
    OPEN = "open", "待核查"
    REPORTED = "reported", "待审定"
    IN_CASE = "in_case", "办理停发或变更"
    ENDED = "ended", "已停发"
    REDUCED = "reduced", "已变更"
    SUSPENDED = "suspended", "已暂缓"
    KEPT = "kept", "保留"
    LIST_WRONG = "list_wrong", "名单有误"
    GONE = "gone", "待遇已终止"


# Decided by a person; found again only when the evidence has changed.
CLEARED = (FindingState.KEPT, FindingState.LIST_WRONG)
DECIDED = (*CLEARED, FindingState.ENDED, FindingState.REDUCED, FindingState.SUSPENDED, FindingState.GONE)


class Outcome(models.TextChoices):
    END = "end", "停发"
    REDUCE = "reduce", "变更金额"
    SUSPEND = "suspend", "暂缓发放"
    KEEP = "keep", "不影响，保留"
    LIST_WRONG = "list_wrong", "名单有误"


@tracked()
class Finding(models.Model):
    """疑点: one holding × person × kind of list, with all its evidence rows frozen in it.

    The holding is a programme's of one beneficiary, whatever successor of the entitlement is in force.
    """

    recheck = models.ForeignKey(Recheck, models.PROTECT, related_name="+", verbose_name="最近一次回头看")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="项目")
    beneficiary_id = models.BigIntegerField("对象键")
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="findings", verbose_name="待遇")
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="findings", verbose_name="家庭"
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="findings", verbose_name="居民")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="村（社区）")
    kind = models.CharField("名单", max_length=12, choices=kinds.CHOICES)
    name_mismatch = models.BooleanField("姓名不符", default=False)
    # How much the list's person resembles this one, of 100; empty where the ID number is the same.
    score = models.PositiveSmallIntegerField("疑似分", null=True, blank=True)
    evidence = models.JSONField("依据", default=list)
    evidence_hash = models.CharField("依据摘要", max_length=32)
    state = models.CharField("状态", max_length=10, choices=FindingState, default=FindingState.OPEN)
    first_month = MonthField("首次发现")
    last_month = MonthField("最近发现")
    due_on = models.DateField("核查期限", null=True)
    proposal = models.CharField("核查意见", max_length=10, choices=Outcome, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="核查人"
    )
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", verbose_name="停发或变更案件")
    hold = models.ForeignKey(Hold, models.PROTECT, null=True, related_name="+", verbose_name="暂缓")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审定人"
    )
    decided_at = models.DateTimeField("审定时间", null=True)
    found_at = models.DateTimeField("发现时间", default=timezone.now)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "疑点"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "beneficiary_id", "person", "kind"], name="finding_once"
            )
        ]
        indexes = [models.Index(fields=["state", "division"], name="finding_todo")]

    def __str__(self):
        return f"{self.person} {self.get_kind_display()}"

    def get_absolute_url(self):
        return reverse("rechecks:finding", args=[self.pk])

    @property
    def waits_until(self):
        """The limit, while somebody has to verify."""
        return self.due_on if self.state == FindingState.OPEN else None


class FindingEvent(models.Model):
    """What happened to a finding: found, verified, decided, found again. Written once."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="events", verbose_name="疑点")
    at = models.DateTimeField("时间", default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="人员"
    )
    label = models.CharField("动作", max_length=60)
    words = models.TextField("说明", blank=True)

    objects = ScopedQuerySet.as_manager()
    division_path = "finding__division"
    line_path = "finding__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "核查记录"
        ordering = ["-id"]

    def __str__(self):
        return self.label


class Verification(models.Model):
    """核查: what people saw and heard of a finding, and what they propose. Written once."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="verifications", verbose_name="疑点")
    verified_on = models.DateField("核查日期")
    visitors = models.CharField("核查人员", max_length=120)
    words = models.TextField("核查情况")
    outcome = models.CharField("核查意见", max_length=10, choices=Outcome)
    end_reason = models.CharField("停发原因", max_length=12, choices=EndReason, blank=True)
    from_month = MonthField("起始月份", null=True, blank=True)
    # Of a finding by name and birth date alone: how it was established that the list means this person.
    same_person = models.CharField("确认同一人的依据", max_length=500, blank=True)
    files = models.ManyToManyField(StoredFile, related_name="+", verbose_name="材料")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    division_path = "finding__division"
    line_path = "finding__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "核查登记"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.verified_on} {self.get_outcome_display()}"


class Delivery(models.TextChoices):
    DIRECT = "direct", "当面送达"
    LEFT = "left", "留置送达"
    MAIL = "mail", "邮寄送达"
    POSTED = "posted", "公告送达"


class Answer(models.TextChoices):
    STATED = "stated", "陈述申辩"
    WAIVED = "waived", "书面放弃"
    SILENT = "silent", "逾期未陈述"


@tracked()
class Hearing(models.Model):
    """陈述申辩告知: what the family is told before an ending or a lower amount is proposed, how it was handed over, and
    what they answered. The newest of a finding counts, and only for the evidence that it names."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="hearings", verbose_name="疑点")
    number = models.CharField("编号", max_length=40, unique=True)
    outcome = models.CharField("拟作处理", max_length=10, choices=Outcome)
    end_reason = models.CharField("停发原因", max_length=12, choices=EndReason, blank=True)
    from_month = MonthField("起始月份")
    words = models.TextField("事实和理由")
    # As of a verification: a letter that names the wrong person tells one family's affairs to another.
    same_person = models.CharField("确认同一人的依据", max_length=500, blank=True)
    basis = models.CharField("依据", max_length=400)
    evidence_hash = models.CharField("依据摘要", max_length=32)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="拟写人"
    )
    drafted_at = models.DateTimeField("拟写时间", default=timezone.now)
    way = models.CharField("送达方式", max_length=8, choices=Delivery, blank=True)
    given_on = models.DateField("送达日期", null=True)
    given_by = models.CharField("送达人", max_length=120, blank=True)
    receiver = models.CharField("签收情况", max_length=200, blank=True)
    due_on = models.DateField("陈述申辩期限", null=True)
    answer = models.CharField("答复", max_length=8, choices=Answer, blank=True)
    answered_on = models.DateField("答复日期", null=True)
    statement = models.TextField("陈述申辩内容", blank=True)
    files = models.ManyToManyField(StoredFile, related_name="+", verbose_name="材料")
    version = models.PositiveIntegerField("版本", default=1)

    objects = ScopedQuerySet.as_manager()
    division_path = "finding__division"
    line_path = "finding__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "陈述申辩告知"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="hearing_given_until",
                condition=models.Q(given_on__isnull=True, due_on__isnull=True, answer="")
                | models.Q(given_on__isnull=False, due_on__gte=models.F("given_on")),
            )
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return self.finding.get_absolute_url()

    def waits_on(self, day: date) -> bool:
        """Whether the family may still answer: handed over, nothing said, the time not over."""
        return bool(self.due_on and not self.answer and day <= self.due_on)

    def state_on(self, day: date) -> str:
        """Where it stands, in words."""
        if not self.given_on:
            return "待送达"
        if self.answer:
            return self.get_answer_display()
        return "待陈述申辩" if self.waits_on(day) else Answer.SILENT.label


class LeadState(models.TextChoices):
    OPEN = "open", "待联系"
    CONTACTED = "contacted", "联系中"
    APPLYING = "applying", "愿意申请"
    REACHED = "reached", "已享受"
    DECLINED = "declined", "本人不申请"
    NOT_ELIGIBLE = "not_eligible", "核实后不符合"
    GONE = "gone", "不再符合"


# Nobody has to do anything about these; declined and not eligible come back only when the why changes.
LEAD_SETTLED = (LeadState.REACHED, LeadState.DECLINED, LeadState.NOT_ELIGIBLE, LeadState.GONE)


@tracked()
class Lead(models.Model):
    """应保未保线索: someone who by the registered facts qualifies for a programme and does not hold it."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="项目")
    person = models.ForeignKey(Person, models.PROTECT, related_name="leads", verbose_name="居民")
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, related_name="leads", verbose_name="家庭"
    )
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="村（社区）")
    ground = models.CharField("线索类型", max_length=20)
    why = models.CharField("为什么", max_length=400)
    amount = MoneyField("估算月金额（元）", null=True)
    state = models.CharField("状态", max_length=12, choices=LeadState, default=LeadState.OPEN)
    first_month = MonthField("首次发现")
    last_month = MonthField("最近发现")
    due_on = models.DateField("联系期限", null=True)
    # What the person came to hold: the first of it, whatever it was changed to since.
    entitlement = models.ForeignKey(
        Entitlement, models.PROTECT, null=True, related_name="+", verbose_name="享受的待遇"
    )
    version = models.PositiveIntegerField("版本", default=1)

    objects = ScopedQuerySet.as_manager()
    division_path = "division"
    line_path = "programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "应保未保线索"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["programme", "person"], name="lead_once")]
        indexes = [models.Index(fields=["state", "division"], name="lead_todo")]

    def __str__(self):
        return f"{self.person} {self.programme}"

    def get_absolute_url(self):
        return reverse("rechecks:lead", args=[self.pk])


class ContactWay(models.TextChoices):
    VISIT = "visit", "上门"
    PHONE = "phone", "电话"
    VILLAGE = "village", "村（社区）转告"


class ContactResult(models.TextChoices):
    NO_ANSWER = "contacted", "没有联系上，再联系"
    WILL_APPLY = "applying", "愿意申请"
    DECLINED = "declined", "本人不申请"
    NOT_ELIGIBLE = "not_eligible", "核实后不符合"


class Contact(models.Model):
    """A try to reach the person of a lead, with its result. Written once."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="contacts", verbose_name="线索")
    contacted_on = models.DateField("联系日期")
    way = models.CharField("方式", max_length=10, choices=ContactWay)
    words = models.CharField("情况", max_length=500)
    result = models.CharField("结果", max_length=12, choices=ContactResult)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    division_path = "lead__division"
    line_path = "lead__programme__line"

    class Meta:
        verbose_name = verbose_name_plural = "联系记录"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.contacted_on} {self.get_way_display()}"


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
