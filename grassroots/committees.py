"""The verbs of a committee: whoever is elected comes in, who leaves goes out, the certificate, by-election, recall."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from casework.services import open_case, today
from core import uscc
from core.errors import NotAllowed, UserError
from district.models import Role, User
from grassroots import rules, supervisors
from grassroots.limits import limits_on
from grassroots.models import (
    POST_RANK,
    Candidate,
    CommitteeKind,
    CommitteeMember,
    Election,
    EndedReason,
    Mode,
    Post,
    Recall,
    VillageCommittee,
    post_label,
)
from grassroots.results import elected_people, results_of
from grassroots.services import stage_due

# What the first two characters of a committee's code stand for (○).
CODE_KINDS = {CommitteeKind.VILLAGE.value: "54", CommitteeKind.RESIDENTS.value: "55"}


def code_kinds(kind: str) -> dict[str, str]:
    """The beginning that a code of this kind of committee must have, for `core.uscc`."""
    return {CODE_KINDS[kind]: str(CommitteeKind(kind).label)}


def serving(committee: VillageCommittee) -> Any:
    """Who serves now, in official order."""
    return committee.members.filter(ended_reason="").order_by(POST_RANK, "id")


def vacancies(committee: VillageCommittee) -> dict[str, int]:
    """Seats by post that nobody holds."""
    held = list(serving(committee).values_list("post", flat=True))
    return {post: max(seats - held.count(post), 0) for post, seats in committee.seats.items()}


def seat_elected(election: Election) -> list[CommitteeMember]:
    """Effect of the county filing: the elected come in from the day of election, the former committee's term ends.

    A by-election fills seats for what is left of the term; who gave up another post for the new one leaves it.
    """
    assert election.elected_on is not None
    committee = VillageCommittee.objects.select_for_update().get(pk=election.committee_id)
    chosen = elected_people(results_of(election))
    day, before = election.elected_on, election.elected_on - timedelta(days=1)
    now = list(serving(committee))
    if election.is_by_election:
        names = {(one.name, one.id_number) for _, one in chosen}
        leaving = [one for one in now if (one.name, one.id_number) in names]
        until = term_end(committee)
    else:
        leaving, until = now, None
        committee.chair_seats, committee.vice_seats = election.chair_seats, election.vice_seats
        committee.member_seats = election.member_seats
        committee.save()
    _no_longer_supervisors(committee, [one for _, one in chosen], day)
    for one in leaving:
        one.ended_reason, one.until = EndedReason.TERM, max(before, one.since)
        one.save()
    if until is None or until <= day:
        until = _term_end(day, limits_on(election.polling_day).term_years)
    return CommitteeMember.objects.bulk_create(
        CommitteeMember(
            committee=committee,
            person=one.person,
            name=one.name,
            id_number=one.id_number,
            sex=one.sex,
            party_member=one.party_member,
            post=post,
            since=day,
            until=until,
            election=election,
        )
        for post, one in chosen
    )


def _no_longer_supervisors(committee: VillageCommittee, chosen: list[Candidate], day: date) -> None:
    """Nobody watches over the committee on which he sits (村组法第三十二条)."""
    elected = {(one.name, one.id_number) for one in chosen}
    for one in supervisors.serving(committee):
        if (one.name, one.id_number) in elected or (one.name, "") in elected:
            supervisors.leave(one, day)


def term_end(committee: VillageCommittee) -> date | None:
    """The last day of the term of those who serve."""
    return max((one.until for one in serving(committee) if one.until), default=None)


def is_over(committee: VillageCommittee, day: date) -> bool:
    """Whether the term ended before that day and somebody new should have been elected."""
    end = term_end(committee)
    return end is not None and end < day


def _term_end(since: date, years: int) -> date:
    """The day before the same day `years` later."""
    try:
        end = since.replace(year=since.year + years)
    except ValueError:
        end = date(since.year + years, 3, 1)
    return end - timedelta(days=1)


@transaction.atomic
def end_member(
    member: CommitteeMember, actor: User, *, reason: str, on: date, note: str = ""
) -> CommitteeMember:
    """职务终止: resignation, death, sentence, incapacity, two failed yearly reviews (村组法第十八、二十三条)."""
    if not CommitteeMember.objects.visible_to(actor).filter(pk=member.pk).exists():
        raise NotAllowed("这个村（社区）不在您的辖区内。")
    member = CommitteeMember.objects.select_for_update().get(pk=member.pk)
    if member.ended_reason:
        raise UserError(f"{member.name}已经离任（{member.get_ended_reason_display()}）。")
    if reason in (EndedReason.TERM, EndedReason.RECALL, ""):
        raise UserError("届满和罢免由换届、罢免程序办理，请选择其他原因。", field="reason")
    if on > today():
        raise UserError("离任日期不能晚于今天。", field="on")
    if on < member.since:
        raise UserError(f"离任日期早于任期起 {member.since:%Y-%m-%d}。", field="on")
    member.ended_reason, member.until, member.ended_note = reason, on, note.strip()
    member.save()
    return member


@transaction.atomic
def renew_certificate(
    committee: VillageCommittee, actor: User, *, credit_code: str, valid_from: date, valid_until: date
) -> VillageCommittee:
    """赋码换证: the code begins 54 or 55 by kind and its check character is right; one code for one committee."""
    if actor.role != Role.BUREAU_OFFICER or "grassroots" not in actor.lines:
        raise NotAllowed("统一社会信用代码证书由区民政局基层政权股室换发。")
    committee = VillageCommittee.objects.select_for_update().get(pk=committee.pk)
    try:
        code = uscc.check_code(credit_code, code_kinds(committee.kind))
    except UserError as error:
        raise UserError(error.message, field="credit_code") from error
    twin = VillageCommittee.objects.filter(credit_code=code).exclude(pk=committee.pk).first()
    if twin:
        raise UserError(f"这个代码已是{twin}的代码。", field="credit_code")
    if committee.credit_code and committee.credit_code != code:
        raise UserError(
            f"换届不改变统一社会信用代码，{committee}原代码为 {committee.credit_code}。", field="credit_code"
        )
    if valid_until <= valid_from:
        raise UserError("有效期止应晚于有效期起。", field="valid_until")
    committee.credit_code = code
    committee.certificate_from, committee.certificate_until = valid_from, valid_until
    committee.save()
    return committee


# -- by-election ---------------------------------------------------------------------------------------------


@transaction.atomic
def open_by_election(
    committee: VillageCommittee,
    actor: User,
    *,
    polling_day: date,
    seats: Mapping[str, int],
    mode: str = Mode.VOTERS,
    on: date | None = None,
) -> Election:
    """补选 of vacant seats (村组法第十九条); the elected serve for what is left of the term."""
    committee = VillageCommittee.objects.select_for_update().get(pk=committee.pk)
    free = vacancies(committee)
    for post, count in seats.items():
        if count > free[post]:
            raise UserError(
                f"{post_label(post)}只有 {free[post]} 个缺额，不能补选 {count} 人。", field=f"{post}_seats"
            )
    if not sum(seats.values()):
        raise UserError("请填写补选的名额。", field="member_seats")
    end = term_end(committee)
    if end and end < polling_day:
        raise UserError(
            f"本届任期到 {end:%Y-%m-%d} 届满，应当换届选举，不再补选（村组法第十九条）。", field="polling_day"
        )
    if Election.objects.filter(committee=committee, state="open").exists():
        raise UserError("这个村（社区）还有没有办结的选举，不能再启动补选。")
    day = on or today()
    limits = limits_on(polling_day)
    first = rules.due_of("roll_on", polling_day, limits)
    if first.latest < day:
        raise UserError(
            f"投票日 {polling_day:%Y-%m-%d} 太近：选民名单须在投票日 {limits.roll_days} 日前公布（{first.article}），"
            f"最早为 {day + timedelta(days=limits.roll_days):%Y-%m-%d}。",
            field="polling_day",
        )
    election = open_case(
        "by_election",
        division=committee.division,
        actor=actor,
        subject=f"{committee.division.name} {polling_day.year}年补选",
        on=on,
        committee=committee,
        polling_day=polling_day,
        mode=mode,
        chair_seats=seats.get(Post.CHAIR, 0),
        vice_seats=seats.get(Post.VICE, 0),
        member_seats=seats.get(Post.MEMBER, 0),
    )
    election.due_on = stage_due(election)
    election.save(update_fields=["due_on"])
    return election


# -- recall --------------------------------------------------------------------------------------------------


@transaction.atomic
def open_recall(
    member: CommitteeMember,
    actor: User,
    *,
    by: str,
    proposers: int,
    base: int,
    reason: str,
    defence: str = "",
    on: date | None = None,
) -> Recall:
    """提请罢免: at least 1/5 of the voters or 1/3 of the representatives, with reasons (村组法第十六条)."""
    member = (
        CommitteeMember.objects.select_for_update().select_related("committee__division").get(pk=member.pk)
    )
    if member.ended_reason:
        raise UserError(f"{member.name}已经离任，不能提请罢免。")
    day = on or today()
    limits = limits_on(day)
    rules.check_recall_proposal(by, proposers, base, limits)
    if Recall.objects.filter(member=member, state="open").exists():
        raise UserError(f"对{member.name}的罢免已在办理。")
    case = open_case(
        "recall",
        division=member.committee.division,
        actor=actor,
        subject=f"罢免 {member.committee.division.name}{member.get_post_display()}{member.name}",
        on=on,
        member=member,
        by=by,
        proposers=proposers,
        base=base,
        reason=reason,
        defence=defence,
    )
    case.due_on = day + timedelta(days=limits.recall_days)
    case.save(update_fields=["due_on"])
    return case
