"""The verbs of an election: launch, plan, commission, candidates. Each is one transaction.

The roll is `grassroots.roll`, counting `grassroots.ballots`; what moves an election from stage to stage stands in
`grassroots.steps`; committees, by-elections and recall in `grassroots.committees`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from casework.services import check_editor, locked, open_case, record_change, today
from casework.workflow import flow_of
from core.errors import NotAllowed, UserError
from core.identity import parse_id
from district.models import Division, DivisionLevel, Role, User
from grassroots import rules
from grassroots.limits import limits_on
from grassroots.models import (
    BallotKind,
    Candidate,
    CommissionMember,
    CommitteeKind,
    Election,
    ElectionRound,
    Mode,
    Review,
    TownshipLaunch,
    VillageCommittee,
    post_label,
    title_of,
)
from grassroots.results import results_of, short_of
from registry.models import Person, Sex


def kind_of(village: Division) -> str:
    """居民委员会 for a community, 村民委员会 for a village, by its name."""
    urban = "社区" in village.name or "居" in village.name
    return CommitteeKind.RESIDENTS if urban else CommitteeKind.VILLAGE


def committee_of(village: Division) -> VillageCommittee:
    """The committee of a village; made on first use, with the least seats that the law asks for."""
    kind = kind_of(village)
    found, _ = VillageCommittee.objects.get_or_create(
        division=village,
        defaults={"kind": kind, "member_seats": 3 if kind == CommitteeKind.RESIDENTS else 1},
    )
    return found


# -- launching -----------------------------------------------------------------------------------------------


@transaction.atomic
def launch(
    year: int,
    townships: Sequence[tuple[Division, date]],
    actor: User,
    *,
    name: str = "",
    on: date | None = None,
) -> list[Election]:
    """启动换届: one election for each village of the townships, with the polling day given for each township.

    The round of the year is opened when it is not there yet. A township is launched once; others may follow later.
    UserError when the polling day leaves less time than the law asks for.
    """
    day = on or today()
    _check_officer(actor)
    if not townships:
        raise UserError("请至少选择一个乡镇（街道）。", field="townships")
    round_, _ = ElectionRound.objects.select_for_update().get_or_create(
        year=year,
        defaults={"name": name or f"{year}年村（居）民委员会换届选举", "opened_on": day, "opened_by": actor},
    )
    made: list[Election] = []
    for township, polling_day in townships:
        if township.level != DivisionLevel.TOWNSHIP:
            raise UserError(f"{township}不是乡镇（街道）。", field="townships")
        if TownshipLaunch.objects.filter(round=round_, division=township).exists():
            raise UserError(f"{township}已经启动过{round_}。", field="townships")
        _check_polling_day(polling_day, day)
        TownshipLaunch.objects.create(
            round=round_, division=township, launched_on=day, polling_day=polling_day, launched_by=actor
        )
        made += [_open(round_, village, polling_day, actor, on) for village in _villages(township)]
    return made


def _check_officer(actor: User) -> None:
    if actor.role != Role.BUREAU_OFFICER or "grassroots" not in actor.lines:
        raise NotAllowed("换届由区民政局基层政权股室启动。")


def _check_polling_day(polling_day: date, day: date) -> None:
    first = rules.schedule(polling_day, limits_on(polling_day))[0]
    if first.latest < day:
        least = (polling_day - first.latest).days
        raise UserError(
            f"投票日 {polling_day:%Y-%m-%d} 太近：{first.label}须在投票日 {least} 日前，"
            f"{day:%Y-%m-%d} 启动的，投票日最早为 {day + timedelta(days=least):%Y-%m-%d}。",
            field="polling_day",
        )


def _villages(township: Division) -> Iterable[Division]:
    return Division.objects.filter(parent=township, level=DivisionLevel.VILLAGE, until=None).order_by("code")


def _open(
    round_: ElectionRound, village: Division, polling_day: date, actor: User, on: date | None
) -> Election:
    committee = committee_of(village)
    election = open_case(
        "election",
        division=village,
        actor=actor,
        subject=f"{village.name} {round_.year}年换届",
        on=on,
        round=round_,
        committee=committee,
        polling_day=polling_day,
        chair_seats=committee.chair_seats,
        vice_seats=committee.vice_seats,
        member_seats=committee.member_seats,
    )
    election.due_on = stage_due(election)
    election.save(update_fields=["due_on"])
    return election


STAGE_DATE = {
    "commission": "commission_on",
    "register": "roll_on",
    "nominate": "nominated_on",
    "review": "candidates_on",
    "poll": "polled_on",
    "confirm": "township_on",
    "filing": "county_on",
    "handover": "handover_on",
    "certificate": "certificate_on",
}


def stage_due(election: Election) -> date | None:
    """The legal last day of the stage in which the election stands, computed from polling day."""
    limits = limits_on(election.polling_day)
    if election.stage == "objection" and election.roll_on:
        return rules.roll_closes(election.roll_on, limits) + timedelta(days=1)
    if election.stage == "poll":
        last = election.counts.order_by("-held_on").values_list("held_on", flat=True).first()
        if last:
            return last + timedelta(days=limits.further_days)
    key = STAGE_DATE.get(election.stage)
    if election.is_by_election and key == "commission_on":
        key = "roll_on"
    if key is None:
        return None
    return rules.due_of(key, election.polling_day, limits, election.elected_on).latest


def dates_of(election: Election) -> dict[str, date | None]:
    """The dates entered so far, by key of the schedule."""
    return {key: getattr(election, key) for key in rules.ORDER}


# -- plan, commission ----------------------------------------------------------------------------------------


@transaction.atomic
def set_plan(
    election: Election,
    actor: User,
    *,
    seats: Mapping[str, int],
    mode: str,
    ballot_kind: str,
    version: int | None = None,
) -> Election:
    """选举方案: how many seats of each post, who votes, one ballot or several; before the roll is published."""
    election = editing(election, actor, version, ("commission", "register"))
    limits = limits_on(election.polling_day)
    if election.is_by_election:
        if not sum(seats.values()):
            raise UserError("请填写补选的名额。", field="member_seats")
    else:
        if seats["chair"] != 1:
            raise UserError("主任名额应为 1 人。", field="chair_seats")
        rules.check_seats(election.committee.kind, sum(seats.values()), limits, mode)
    if election.named_roll and mode != election.mode:
        raise UserError("选民名单已逐人登记，不能再改选举方式；请先清空名单。", field="mode")
    changes = []
    for field, value in (
        ("chair_seats", seats["chair"]),
        ("vice_seats", seats["vice"]),
        ("member_seats", seats["member"]),
        ("mode", mode),
        ("ballot_kind", ballot_kind),
    ):
        before = getattr(election, field)
        if before != value:
            changes.append((title_of(field), _words(field, before), _words(field, value)))
            setattr(election, field, value)
    return record_change(election, actor, changes, label="填写选举方案") if changes else election


def _words(field: str, value: Any) -> str:
    choices = {"mode": dict(Mode.choices), "ballot_kind": dict(BallotKind.choices)}.get(field, {})
    return str(choices.get(value, value))


@transaction.atomic
def set_commission(
    election: Election,
    actor: User,
    *,
    head: str,
    members: Sequence[str],
    version: int | None = None,
    on: date | None = None,
) -> Election:
    """选举委员会 as chosen by the assembly, the representatives or the groups (村组法第十二条)."""
    election = editing(election, actor, version, ("commission", "register", "objection", "nominate"))
    names = [one.strip() for one in (head, *members) if one.strip()]
    if not head.strip():
        raise UserError("请填写选举委员会主任。", field="head")
    double = next((one for one in names if names.count(one) > 1), "")
    if double:
        raise UserError(f"{double}填写了两次。", field="members")
    standing = set(election.candidates.filter(withdrawn_on=None).values_list("name", flat=True))
    clash = next((one for one in names if one in standing), "")
    if clash:
        raise UserError(f"{clash}是候选人，不得担任选举委员会成员（村组法第十二条）。", field="members")
    before = list(election.commission.filter(left_on=None).values_list("name", flat=True))
    election.commission.filter(left_on=None).exclude(name__in=names).update(
        left_on=on or today(), left_reason="调整"
    )
    for name in names:
        CommissionMember.objects.update_or_create(
            election=election,
            name=name,
            defaults={"is_head": name == head.strip(), "left_on": None, "left_reason": ""},
        )
    changes = [("成员", "、".join(before), "、".join(names))]
    return record_change(election, actor, changes, label="登记选举委员会", on=on)


# -- candidates ----------------------------------------------------------------------------------------------


@transaction.atomic
def add_candidate(
    election: Election,
    actor: User,
    *,
    post: str,
    name: str,
    sex: str,
    id_number: str = "",
    party_member: bool = False,
    version: int | None = None,
    on: date | None = None,
) -> Candidate:
    """提名候选人; while voting, a name that ballots carried beside the list (另选他人).

    A member of the election committee who becomes candidate leaves it. Nobody stands for two posts.
    """
    election = editing(election, actor, version, ("nominate", "poll"))
    write_in, name = election.stage == "poll", name.strip()
    if not election.seats.get(post):
        raise UserError(f"本次选举没有{post_label(post)}名额。", field="post")
    if write_in and election.counts.filter(post=post).exists():
        _check_wanted(election, post, sex)
    number, birth, person = _identified(election, name, sex, id_number)
    twin = election.candidates.filter(name=name, withdrawn_on=None)
    if twin.filter(Q(id_number=number) | Q(id_number="")).exists() or (not number and twin.exists()):
        raise UserError(f"{name}已是{twin[0].get_post_display()}候选人；同名的请填写身份证号。", field="name")
    _check_on_roll(election, name, number)
    made = Candidate.objects.create(
        election=election,
        post=post,
        name=name,
        sex=sex,
        id_number=number,
        birth_date=birth,
        person=person,
        party_member=party_member,
        write_in=write_in,
    )
    changes = [("候选人", "", f"{made.get_post_display()} {name}")]
    left = election.commission.filter(name=name, left_on=None)
    if left.update(left_on=on or today(), left_reason="被提名为候选人，退出选举委员会（村组法第十二条）"):
        changes.append(("选举委员会", name, "退出"))
    record_change(election, actor, changes, label="登记另选他人" if write_in else "登记候选人", on=on)
    return made


def _check_wanted(election: Election, post: str, sex: str) -> None:
    """After a count a name is added for a run-off alone for which nobody is left to stand."""
    result = next(one for one in results_of(election) if one.post == post)
    lacks = short_of(result)
    if not lacks:
        raise UserError(f"{post_label(post)}已经计票，不能再增加另选他人。", field="post")
    if lacks == "woman" and sex != Sex.FEMALE:
        raise UserError(f"{post_label(post)}保留的 1 席另行选举妇女成员，请提名妇女。", field="sex")


def _identified(election: Election, name: str, sex: str, id_number: str) -> tuple[str, Any, Any]:
    """Number, birth date and registered person of a candidate; refuses what contradicts the number."""
    if not id_number.strip():
        return "", None, None
    try:
        known = parse_id(id_number, today())
    except UserError as error:
        raise UserError(error.message, field="id_number") from error
    if known.sex != sex:
        raise UserError("性别与身份证号不符，请核对。", field="sex")
    why = rules.why_no_voter(known.birth, election.polling_day)
    if why:
        raise UserError(f"{name}{why}", field="id_number")
    person = Person.objects.filter(id_number=known.number).first()
    if person and person.name != name:
        raise UserError("这个身份证号在登记册中是另一个姓名，请核对。", field="name")
    return known.number, known.birth, person


def _check_on_roll(election: Election, name: str, number: str) -> None:
    if not election.named_roll:
        return
    mine = election.roll.filter(name=name, removed_on=None)
    if number:
        mine = mine.filter(id_number=number)
    # Representatives vote in the other modes; those who stand are residents all the same.
    if election.mode == Mode.VOTERS and not mine.exists():
        raise UserError(f"{name}不在选民名单上，不能作为候选人（村组法第十五条）。", field="name")


@transaction.atomic
def withdraw_candidate(candidate: Candidate, actor: User, reason: str) -> Candidate:
    """退出提名, before ballots are counted."""
    election = editing(candidate.election, actor, None, ("nominate", "review", "poll"))
    if candidate.votes.exists():
        raise UserError(f"{candidate.name}已有计票，不能再退出。")
    if len(reason.strip()) < 2:
        raise UserError("请填写退出原因。", field="reason")
    candidate.withdrawn_on = today()
    candidate.save()
    record_change(election, actor, [("候选人", candidate.name, "退出")], label="候选人退出", reason=reason)
    return candidate


@transaction.atomic
def review_candidates(
    election: Election,
    actor: User,
    *,
    reviewed_on: date,
    outcomes: Mapping[int, tuple[str, str]],
    version: int | None = None,
) -> Election:
    """资格联审: what the joint review found of each candidate (`outcomes`: key → passed|failed|pending, words)."""
    election = editing(election, actor, version, ("review",))
    limits = limits_on(election.polling_day)
    known = dates_of(election) | {"reviewed_on": None}
    try:
        rules.check_date("reviewed_on", reviewed_on, election.polling_day, limits, known, today())
    except UserError as error:
        raise UserError(error.message, field="reviewed_on") from error
    changes = []
    for one in election.candidates.filter(withdrawn_on=None):
        outcome, note = outcomes.get(one.pk, (one.review, one.review_note))
        if outcome == Review.FAILED and len(note.strip()) < 2:
            raise UserError(f"{one.name}联审未通过，请填写原因。", field=f"note_{one.pk}")
        if (outcome, note.strip()) != (one.review, one.review_note):
            changes.append((one.name, one.get_review_display(), str(Review(outcome).label)))
            one.review, one.review_note = outcome, note.strip()
            one.save()
    election.reviewed_on = reviewed_on
    return record_change(election, actor, changes, label="登记资格联审结果", on=reviewed_on)


# -- for all of them -----------------------------------------------------------------------------------------


def editing(election: Election, actor: User, version: int | None, stages: Sequence[str]) -> Election:
    """The election locked, for whoever must act at one of these stages."""
    election = locked(election, version)
    check_editor(election, actor)
    if election.stage not in stages:
        label = flow_of(election).stage(election.stage).label
        raise UserError(f"现在是“{label}”环节，不办理这一项。")
    return election
