"""Elections: rounds, rolls, candidates, counts."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from casework.models import Case
from core.history import tracked
from district.models import Division
from district.scope import ScopedQuerySet
from grassroots.models.committees import LineQuerySet, Post, Seats, VillageCommittee
from registry.models import Person, Sex


class Mode(models.TextChoices):
    VOTERS = "voters", "全体登记选民"
    HOUSEHOLDS = "households", "每户派代表"
    GROUPS = "groups", "居民小组推选代表（每组二至三人）"


class BallotKind(models.TextChoices):
    ONE = "one", "各职务同一张选票"
    SEPARATE = "separate", "各职务分别投票"


@tracked()
class ElectionRound(models.Model):
    """换届: the district's round of a year. Townships are launched one by one or together; a pilot runs ahead."""

    year = models.PositiveSmallIntegerField("年度", unique=True)
    name = models.CharField("名称", max_length=60)
    opened_on = models.DateField("部署日期")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="部署人"
    )

    # A round says nothing about people; every township sees which one it stands in.
    objects = models.Manager()

    class Meta:
        verbose_name = verbose_name_plural = "换届批次"
        ordering = ["-year"]

    def __str__(self):
        return self.name


class TownshipLaunch(models.Model):
    """A township of the round: when it was launched, and the polling day that was set then."""

    round = models.ForeignKey(ElectionRound, models.PROTECT, related_name="launches", verbose_name="换届批次")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="乡镇（街道）")
    launched_on = models.DateField("启动日期")
    polling_day = models.DateField("投票日")
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="启动人"
    )

    objects = LineQuerySet.as_manager()
    division_path = "division"

    class Meta:
        verbose_name = verbose_name_plural = "乡镇启动"
        ordering = ["division"]
        constraints = [models.UniqueConstraint(fields=["round", "division"], name="township_launched_once")]

    def __str__(self):
        return f"{self.division} {self.launched_on}"


class Election(Case, Seats):
    """An election of a village: of a round (flow `election`) or to fill vacancies (flow `by_election`).

    The dates are those on which each stage really was done; the legal ones are computed (`grassroots.rules.schedule`).
    """

    round = models.ForeignKey(
        ElectionRound, models.PROTECT, null=True, blank=True, related_name="elections", verbose_name="批次"
    )
    committee = models.ForeignKey(
        VillageCommittee, models.PROTECT, related_name="elections", verbose_name="村（居）民委员会"
    )
    polling_day = models.DateField("投票日")
    mode = models.CharField("选举方式", max_length=12, choices=Mode, default=Mode.VOTERS)
    ballot_kind = models.CharField("选票", max_length=10, choices=BallotKind, default=BallotKind.ONE)
    named_roll = models.BooleanField("选民名单逐人登记", default=False)
    voters = models.PositiveIntegerField("登记选民（代表）数", null=True, blank=True)
    commission_on = models.DateField("选举委员会产生", null=True, blank=True)
    roll_on = models.DateField("选民名单公布", null=True, blank=True)
    nominated_on = models.DateField("提名结束", null=True, blank=True)
    reviewed_on = models.DateField("资格联审", null=True, blank=True)
    candidates_on = models.DateField("正式候选人公布", null=True, blank=True)
    polled_on = models.DateField("投票", null=True, blank=True)
    elected_on = models.DateField("新一届产生", null=True, blank=True)
    township_on = models.DateField("乡镇确认备案", null=True, blank=True)
    county_on = models.DateField("区局备案", null=True, blank=True)
    handover_on = models.DateField("工作移交", null=True, blank=True)
    certificate_on = models.DateField("证书换发", null=True, blank=True)
    vacancy_note = models.CharField("缺额说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "村居选举"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "committee"], condition=Q(round__isnull=False), name="election_once_a_round"
            )
        ]

    def __str__(self):
        return f"{self.number} {self.subject}"

    @property
    def is_by_election(self) -> bool:
        return self.flow == "by_election"


class OfElection(models.Model):
    """Rows of an election: seen by whoever may see it."""

    objects = ScopedQuerySet.as_manager()
    division_path = "election__division"
    line_path = "election__line"

    class Meta:
        abstract = True


@tracked()
class CommissionMember(OfElection):
    """选举委员会 member; one who becomes a candidate leaves it (村组法第十二条)."""

    election = models.ForeignKey(Election, models.PROTECT, related_name="commission", verbose_name="选举")
    name = models.CharField("姓名", max_length=60)
    is_head = models.BooleanField("主任", default=False)
    left_on = models.DateField("退出日期", null=True, blank=True)
    left_reason = models.CharField("退出原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "选举委员会成员"
        ordering = ["election", "-is_head", "id"]
        constraints = [models.UniqueConstraint(fields=["election", "name"], name="commissionmember_once")]

    def __str__(self):
        return self.name


@tracked()
class Voter(OfElection):
    """A name on the roll (选民、户代表 or 居民小组代表), with whom he votes through (委托)."""

    election = models.ForeignKey(Election, models.PROTECT, related_name="roll", verbose_name="选举")
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="居民"
    )
    name = models.CharField("姓名", max_length=60)
    id_number = models.CharField("身份证号", max_length=18)
    birth_date = models.DateField("出生日期")
    sex = models.CharField("性别", max_length=1, choices=Sex)
    group = models.CharField("户编号或居民小组", max_length=40, blank=True)
    agent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="principals", verbose_name="受托人"
    )
    agent_relation = models.CharField("与受托人关系", max_length=20, blank=True)
    removed_on = models.DateField("除名日期", null=True, blank=True)
    removed_reason = models.CharField("除名原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "选民"
        ordering = ["election", "group", "id"]
        constraints = [
            models.UniqueConstraint(fields=["election", "id_number"], name="voter_once_a_roll"),
            models.CheckConstraint(
                name="voter_not_own_agent", condition=Q(agent__isnull=True) | ~Q(agent=F("id"))
            ),
        ]

    def __str__(self):
        return self.name


@tracked()
class RollObjection(OfElection):
    """An objection to the roll: raised within 5 days of publication, decided within 3."""

    election = models.ForeignKey(Election, models.PROTECT, related_name="objections", verbose_name="选举")
    raised_on = models.DateField("提出日期")
    by = models.CharField("申诉人", max_length=60)
    content = models.CharField("申诉内容", max_length=500)
    decided_on = models.DateField("处理日期", null=True, blank=True)
    outcome = models.CharField("处理决定", max_length=500, blank=True)
    voters_change = models.SmallIntegerField("名单增减（人）", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "选民名单申诉"
        ordering = ["election", "raised_on", "id"]

    def __str__(self):
        return f"{self.by} {self.raised_on}"


class Review(models.TextChoices):
    PENDING = "pending", "待联审"
    PASSED = "passed", "联审通过"
    FAILED = "failed", "联审未通过"


@tracked()
class Candidate(OfElection):
    """A candidate for a post. `write_in`: on no list, named on ballots (另选他人)."""

    election = models.ForeignKey(Election, models.PROTECT, related_name="candidates", verbose_name="选举")
    post = models.CharField("职务", max_length=10, choices=Post)
    name = models.CharField("姓名", max_length=60)
    sex = models.CharField("性别", max_length=1, choices=Sex)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    id_number = models.CharField("身份证号", max_length=18, blank=True)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="居民"
    )
    party_member = models.BooleanField("中共党员", default=False)
    review = models.CharField("联审结果", max_length=10, choices=Review, default=Review.PENDING)
    review_note = models.CharField("联审说明", max_length=200, blank=True)
    write_in = models.BooleanField("另选他人", default=False)
    withdrawn_on = models.DateField("退出日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "候选人"
        ordering = ["election", "post", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["election", "name", "id_number"],
                condition=Q(withdrawn_on__isnull=True),
                name="candidate_once",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def stands(self) -> bool:
        return self.withdrawn_on is None and (self.write_in or self.review == Review.PASSED)


class CountKind(models.TextChoices):
    FIRST = "first", "第一次投票"
    AGAIN = "again", "重新投票"
    TIE = "tie", "再次投票（票数相等）"
    RUNOFF = "runoff", "另行选举"


@tracked()
class BallotCount(OfElection):
    """The count of one vote on one post. What it comes to is computed (`grassroots.counting`), never typed."""

    election = models.ForeignKey(Election, models.PROTECT, related_name="counts", verbose_name="选举")
    post = models.CharField("职务", max_length=10, choices=Post)
    turn = models.PositiveSmallIntegerField("次序")
    kind = models.CharField("投票", max_length=10, choices=CountKind)
    held_on = models.DateField("投票日期")
    seats = models.PositiveSmallIntegerField("应选人数")
    handed_out = models.PositiveIntegerField("发出选票")
    returned = models.PositiveIntegerField("收回选票")
    valid = models.PositiveIntegerField("有效票")
    void = models.PositiveIntegerField("无效票")
    blank = models.PositiveIntegerField("弃权票")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "计票"
        ordering = ["election", "post", "turn"]
        constraints = [
            models.UniqueConstraint(fields=["election", "post", "turn"], name="ballotcount_once"),
            models.CheckConstraint(
                name="ballotcount_adds_up", condition=Q(returned=F("valid") + F("void") + F("blank"))
            ),
        ]

    def __str__(self):
        return f"{self.get_post_display()} {self.get_kind_display()}"


@tracked()
class CandidateVotes(models.Model):
    """A candidate's votes in one count."""

    count = models.ForeignKey(BallotCount, models.PROTECT, related_name="votes", verbose_name="计票")
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="votes", verbose_name="候选人")
    votes = models.PositiveIntegerField("得票")

    objects = ScopedQuerySet.as_manager()
    division_path = "count__election__division"
    line_path = "count__election__line"

    class Meta:
        verbose_name = verbose_name_plural = "得票"
        ordering = ["count", "-votes", "candidate__name"]
        constraints = [models.UniqueConstraint(fields=["count", "candidate"], name="candidatevotes_once")]

    def __str__(self):
        return f"{self.candidate} {self.votes}"


def title_of(name: str) -> str:
    """What a field of an election is called."""
    field: Any = Election._meta.get_field(name)
    return str(field.verbose_name)
