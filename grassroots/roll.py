"""The verbs of the roll: who is on it, who votes through whom, objections. Each is one transaction."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from casework.services import record_change, today
from core.errors import UserError
from core.identity import parse_id
from core.importing import take_lock
from district.models import User
from grassroots import rules
from grassroots.limits import limits_on
from grassroots.models import Election, Mode, RollObjection, Voter
from grassroots.services import editing
from registry.models import Membership, Person, Relation

# Until when the roll may still be put right.
ROLL_STAGES = ("register", "objection")
# Two villages that put the same person on their rolls in the same second come one after the other.
ROLLS = "grassroots.rolls"


@transaction.atomic
def import_roll(election: Election, actor: User, version: int | None = None, on: date | None = None) -> int:
    """从登记册生成选民名单: residents of the village who are 18 on polling day; one a household where so chosen.

    Whoever is on the roll of another village of an election still in hand is left out. Returns how many were added.
    """
    election = editing(election, actor, version, ("register",))
    take_lock(ROLLS)
    if election.mode == Mode.GROUPS:
        raise UserError("居民小组代表由各小组推选，请逐人登记。")
    people = Person.objects.filter(division=election.division, death_date=None)
    if election.mode == Mode.HOUSEHOLDS:
        heads = Membership.objects.filter(
            relation=Relation.HEAD, until=None, household__division=election.division
        )
        people = people.filter(pk__in=heads.values("person"))
    taken = set(_rolls_elsewhere(election).values_list("id_number", flat=True))
    taken |= set(election.roll.values_list("id_number", flat=True))
    numbers = dict(
        Membership.objects.filter(person__in=people, until=None).values_list("person", "household__number")
    )
    rows = [
        Voter(
            election=election,
            person=one,
            name=one.name,
            id_number=one.id_number,
            birth_date=one.birth_date,
            sex=one.sex,
            group=numbers.get(one.pk, ""),
        )
        for one in people.order_by("id")
        if rules.is_of_age(one.birth_date, election.polling_day) and one.id_number not in taken
    ]
    Voter.objects.bulk_create(rows, 1000)
    _count_roll(election)
    record_change(
        election, actor, [("选民名单", "", f"新增 {len(rows)} 人")], label="从登记册生成选民名单", on=on
    )
    return len(rows)


def _rolls_elsewhere(election: Election) -> Any:
    """Names on rolls of other villages whose election is of the same round or not over."""
    same = Q(election__round=election.round_id) if election.round_id else Q()
    return (
        Voter.objects.exclude(election=election)
        .filter(removed_on=None)
        .filter(same | Q(election__state="open"))
        .exclude(election__state="withdrawn")
    )


@transaction.atomic
def add_voter(
    election: Election,
    actor: User,
    *,
    name: str,
    id_number: str,
    group: str = "",
    deprived: bool = False,
    version: int | None = None,
) -> Voter:
    """登记选民: 18 on polling day, not deprived, on no other village's roll (村组法第十三条)."""
    election = editing(election, actor, version, ROLL_STAGES)
    take_lock(ROLLS)
    if election.voters and not election.named_roll:
        raise UserError("本次选举只登记选民人数，没有逐人名单。")
    try:
        known = parse_id(id_number, today())
    except UserError as error:
        raise UserError(error.message, field="id_number") from error
    elsewhere = (
        _rolls_elsewhere(election).filter(id_number=known.number).select_related("election__division").first()
    )
    where = elsewhere.election.division.name if elsewhere else ""
    why = rules.why_no_voter(known.birth, election.polling_day, deprived, where)
    if why:
        raise UserError(f"{name}{why}", field="id_number")
    if election.roll.filter(id_number=known.number, removed_on=None).exists():
        raise UserError(f"{name}已在名单上。", field="id_number")
    person = Person.objects.filter(id_number=known.number).first()
    if person and person.name != name.strip():
        raise UserError("这个身份证号在登记册中是另一个姓名，请核对。", field="name")
    voter, _ = Voter.objects.update_or_create(
        election=election,
        id_number=known.number,
        defaults={
            "person": person,
            "name": name.strip(),
            "birth_date": known.birth,
            "sex": known.sex,
            "group": group.strip(),
            "removed_on": None,
            "removed_reason": "",
        },
    )
    _count_roll(election)
    record_change(election, actor, [("选民名单", "", name.strip())], label="登记选民")
    return voter


@transaction.atomic
def remove_voter(voter: Voter, reason: str, actor: User) -> Voter:
    """除名: the row stays with its reason; who voted through him or for whom he voted is undone."""
    election = editing(voter.election, actor, None, ROLL_STAGES)
    if len(reason.strip()) < 2:
        raise UserError("请填写除名原因。", field="reason")
    voter = Voter.objects.select_for_update().get(pk=voter.pk)
    if voter.removed_on:
        raise UserError(f"{voter.name}已经除名。")
    voter.removed_on, voter.removed_reason, voter.agent = today(), reason.strip(), None
    voter.save()
    voter.principals.update(agent=None, agent_relation="")
    _count_roll(election)
    record_change(election, actor, [("选民名单", voter.name, "除名")], label="选民除名", reason=reason)
    return voter


def _count_roll(election: Election) -> None:
    """A named roll counts itself."""
    count = election.roll.filter(removed_on=None).count()
    election.named_roll, election.voters = count > 0, count or None


@transaction.atomic
def set_agent(voter: Voter, agent: Voter | None, relation: str, actor: User) -> Voter:
    """委托投票: in writing, to a close relative who is a voter; at most 3 a person, candidates take none (○)."""
    election = editing(voter.election, actor, None, ("objection", "nominate", "review", "poll"))
    # The roll's rows of both are locked by the election's; two clerks can't give a fourth proxy together.
    if agent is None:
        changes = [("委托", f"{voter.name} → {voter.agent}", "")]
        voter.agent, voter.agent_relation = None, ""
    else:
        if agent.election_id != voter.election_id or agent.removed_on or voter.removed_on:
            raise UserError("受托人应是本次选举名单上的选民。", field="agent")
        if agent.agent_id:
            raise UserError(f"{agent.name}已委托他人投票，不能再接受委托。", field="agent")
        if voter.principals.exists():
            raise UserError(f"{voter.name}已接受别人的委托，不能再委托他人。", field="agent")
        if len(relation.strip()) < 1:
            raise UserError("请填写与受托人的近亲属关系。", field="relation")
        stands = election.candidates.filter(name=agent.name, withdrawn_on=None)
        held = agent.principals.exclude(pk=voter.pk).order_by("id").values_list("name", flat=True)
        limits = limits_on(election.polling_day)
        rules.check_proxy(voter.name, agent.name, _is_same(stands, agent), list(held), limits)
        voter.agent, voter.agent_relation = agent, relation.strip()
        changes = [("委托", "", f"{voter.name} → {agent.name}（{relation.strip()}）")]
    voter.save()
    record_change(election, actor, changes, label="登记委托投票")
    return voter


def _is_same(candidates: Any, voter: Voter) -> bool:
    return any(one.id_number in ("", voter.id_number) for one in candidates)


@transaction.atomic
def record_objection(
    election: Election, actor: User, *, raised_on: date, by: str, content: str, version: int | None = None
) -> RollObjection:
    """对选民名单的申诉, within 5 days of publication (村组法第十四条)."""
    election = editing(election, actor, version, ("objection",))
    assert election.roll_on is not None
    rules.check_objection(election.roll_on, raised_on, limits_on(election.polling_day))
    if raised_on > today():
        raise UserError("提出日期不能晚于今天。", field="raised_on")
    made = RollObjection.objects.create(election=election, raised_on=raised_on, by=by, content=content)
    record_change(election, actor, [("申诉", "", f"{by}：{content}")], label="登记名单申诉")
    return made


@transaction.atomic
def decide_objection(
    objection: RollObjection, actor: User, *, decided_on: date, outcome: str, voters_change: int = 0
) -> RollObjection:
    """选举委员会 decides within 3 days. On a roll that is only counted, `voters_change` puts the number right."""
    election = editing(objection.election, actor, None, ("objection",))
    rules.check_decision(objection.raised_on, decided_on, limits_on(election.polling_day))
    if decided_on > today():
        raise UserError("处理日期不能晚于今天。", field="decided_on")
    if objection.decided_on:
        raise UserError("这件申诉已经处理。")
    if election.named_roll and voters_change:
        raise UserError("名单逐人登记的，请在名单上增减。", field="voters_change")
    if not election.named_roll:
        election.voters = (election.voters or 0) + voters_change
        if election.voters <= 0:
            raise UserError("减少后名单上没有选民，请核对。", field="voters_change")
    objection.decided_on, objection.outcome, objection.voters_change = decided_on, outcome, voters_change
    objection.save()
    changes = [("申诉处理", objection.by, outcome)]
    if voters_change:
        changes.append(("登记选民数", "", str(election.voters)))
    record_change(election, actor, changes, label="处理名单申诉")
    return objection
