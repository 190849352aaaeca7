"""Members of a committee with their terms, and 罢免 of one."""

from django.db import models
from django.db.models import F, Q

from casework.models import Case
from core.history import tracked
from grassroots.models.committees import EndedReason, LineQuerySet, Post, VillageCommittee
from grassroots.models.elections import Election
from registry.models import Person, Sex


@tracked()
class CommitteeMember(models.Model):
    """A member with post and term. `until` is the last day of the term; who has no `ended_reason` serves."""

    committee = models.ForeignKey(
        VillageCommittee, models.PROTECT, related_name="members", verbose_name="村（居）民委员会"
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="居民"
    )
    name = models.CharField("姓名", max_length=60)
    id_number = models.CharField("身份证号", max_length=18, blank=True)
    sex = models.CharField("性别", max_length=1, choices=Sex, blank=True)
    party_member = models.BooleanField("中共党员", default=False)
    post = models.CharField("职务", max_length=10, choices=Post)
    since = models.DateField("任期起")
    until = models.DateField("任期止", null=True, blank=True)
    ended_reason = models.CharField("离任原因", max_length=10, choices=EndedReason, blank=True, default="")
    ended_note = models.CharField("离任说明", max_length=200, blank=True)
    election = models.ForeignKey(
        Election, models.PROTECT, null=True, blank=True, related_name="members", verbose_name="当选于"
    )

    objects = LineQuerySet.as_manager()
    division_path = "committee__division"

    class Meta:
        verbose_name = verbose_name_plural = "村（居）委会成员"
        ordering = ["committee", "ended_reason", "post", "since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee"],
                condition=Q(post="chair", ended_reason=""),
                name="committee_one_chair",
            ),
            models.CheckConstraint(
                name="committeemember_term", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
            models.CheckConstraint(
                name="committeemember_ended_on", condition=Q(ended_reason="") | Q(until__isnull=False)
            ),
        ]

    def __str__(self):
        return self.name


@tracked()
class Supervisor(models.Model):
    """村（居）务监督委员会成员, with the time in office; who has no `until` serves (村组法第三十二条)."""

    committee = models.ForeignKey(
        VillageCommittee, models.PROTECT, related_name="supervisors", verbose_name="村（居）民委员会"
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="居民"
    )
    name = models.CharField("姓名", max_length=60)
    id_number = models.CharField("身份证号", max_length=18)
    is_head = models.BooleanField("主任", default=False)
    since = models.DateField("任期起")
    until = models.DateField("任期止", null=True, blank=True)

    objects = LineQuerySet.as_manager()
    division_path = "committee__division"

    class Meta:
        verbose_name = verbose_name_plural = "监督委员会成员"
        ordering = ["committee", "-is_head", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee"], condition=Q(is_head=True, until=None), name="supervisor_one_head"
            ),
            models.UniqueConstraint(
                fields=["committee", "id_number"], condition=Q(until=None), name="supervisor_once"
            ),
            models.CheckConstraint(
                name="supervisor_term", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
        ]

    def __str__(self):
        return self.name


class RecallBy(models.TextChoices):
    VOTERS = "voters", "选民联名"
    REPRESENTATIVES = "representatives", "村（居）民代表联名"


class Recall(Case):
    """罢免: proposed by voters or representatives, voted on, confirmed by the township, filed (flow `recall`)."""

    member = models.ForeignKey(
        CommitteeMember, models.PROTECT, related_name="recalls", verbose_name="被提请罢免人"
    )
    by = models.CharField(
        "提出方式",
        max_length=16,
        choices=RecallBy,
    )
    proposers = models.PositiveIntegerField("联名人数")
    base = models.PositiveIntegerField("总人数")
    reason = models.CharField("罢免理由", max_length=500)
    defence = models.CharField("申辩意见", max_length=500, blank=True)
    voted_on = models.DateField("表决日期", null=True, blank=True)
    voters = models.PositiveIntegerField("登记选民", null=True, blank=True)
    cast = models.PositiveIntegerField("参加投票", null=True, blank=True)
    favour = models.PositiveIntegerField("同意", null=True, blank=True)
    against = models.PositiveIntegerField("不同意", null=True, blank=True)
    passed = models.BooleanField("通过", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "罢免"
        ordering = ["-id"]
