"""应保尽保: who by the registered facts qualifies for a programme and does not hold it.

Each ground is a function that yields candidates; whether somebody qualifies is said by the same pure rules that decide
an application. Nothing is granted here: a lead is for a person to call on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from benefits.models import Entitlement, EntitlementMember
from benefits.policy import policy_table
from casework.models import CaseState
from core.errors import Conflict, NotAllowed, UserError
from core.months import add_months, age_in_month, format_month, last_day
from district.models import AreaKind, Division, DivisionLevel, Role
from elderly import finding as elderly
from elderly.rules import CODES as AGE_PROGRAMMES
from rechecks import ailing
from rechecks.kinds import KINDS
from rechecks.models import LEAD_SETTLED, Contact, Lead, LeadState
from rechecks.services import due_day, newest_lists
from registry.models import Membership, Person
from relief.dibao.beside import OwnAssessments
from relief.dibao.rules import DIBAO
from relief.dibao.services import PROGRAMMES as DIBAO_OF

CHUNK = 1_000
# Nothing happens to these any more.
_OVER = (LeadState.REACHED, LeadState.GONE)
# Months within which an ending or a refusal still says why somebody does not receive: assets are not registered.
LOOK_BACK = 24
GROUNDS = {
    "age": "年龄已到",
    "means": "收入低于低保标准",
    "single": "边缘户重残重病（单人保）",
    "lapsed": "停发原因已消失",
    "tekun": "低保中的特困人员",
}


@dataclass(frozen=True)
class Candidate:
    """One person and the programme that he or she seems to be entitled to, with why in words."""

    programme: str
    person: int
    household: int | None
    division: str
    ground: str
    why: str
    amount: Decimal | None = None


Finder = Callable[[date], Iterable[Candidate]]


def by_age(month: date) -> Iterator[Candidate]:
    """Whoever has reached the age of 高龄津贴 or 长寿金, by the query that proposes them."""
    table = policy_table(AGE_PROGRAMMES)
    for township in Division.objects.filter(level=DivisionLevel.TOWNSHIP).values_list("code", flat=True):
        for programme in AGE_PROGRAMMES:
            for one in elderly.candidates(programme, month, township, table, None):
                age = age_in_month(one.birth_date, month)
                yield Candidate(programme, one.pk, None, one.division_id, "age", f"{age} 周岁，没有享受")


# Households of whom every income is registered, nobody is or lately was covered, and no application is in hand;
# income a head below a multiple of the standard.
POOR = """
SELECT m.household_id, array_agg(m.person_id ORDER BY (m.relation <> 'head'), m.id), sum(p.monthly_income) / count(*)
  FROM registry_membership m
  JOIN registry_household h ON h.id = m.household_id AND h.until IS NULL
  JOIN registry_person p ON p.id = m.person_id
 WHERE (m.until IS NULL OR m.until > %(day)s) AND m.since <= %(day)s
 GROUP BY m.household_id
HAVING count(*) = count(p.monthly_income) AND bool_or(m.relation = 'head')
   AND sum(p.monthly_income) / count(*) < %(most)s
   AND NOT bool_or(p.death_date IS NOT NULL AND m.relation = 'head')
   AND NOT bool_or(EXISTS (
       SELECT FROM benefits_entitlementmember c WHERE c.person_id = m.person_id AND NOT c.is_void
          AND (c.last_month IS NULL OR c.last_month >= %(ended)s)
          AND c."group" IN ('dibao', 'tekun_basic', 'tekun_care')))
   AND NOT EXISTS (SELECT FROM casework_case c WHERE c.household_id = m.household_id AND c.flow = 'dibao'
                      AND (c.state = 'open' OR c.state = 'refused' AND c.closed_at > %(day)s::date - 366))
 ORDER BY m.household_id
"""


def _poor(month: date, most: Decimal) -> list[tuple[int, list[int], Decimal]]:
    values: dict[str, Any] = {"day": last_day(month), "most": most, "ended": add_months(month, -LOOK_BACK)}
    with connection.cursor() as cursor:
        cursor.execute(POOR, values)
        return cursor.fetchall()


def _standards(month: date) -> tuple[dict[str, Decimal], Decimal]:
    """The standard of each 低保 programme, and the income a head below which anybody may be entitled (单人保)."""
    table = policy_table(DIBAO)
    policies = {code: table.get(code, month) for code in DIBAO}
    standards = {code: one.get("standard", Decimal(0)) for code, one in policies.items()}
    edges = [standards[code] * Decimal(str(one.get("edge_ratio", 1))) for code, one in policies.items()]
    return standards, max(edges, default=Decimal(0))


def _heads(homes: Iterable[int]) -> dict[int, tuple[int, str, str]]:
    """Household → head, village, 低保 programme of its area kind."""
    rows = Membership.objects.filter(household__in=list(homes), relation="head", until__isnull=True)
    found = {}
    for one in rows.select_related("household__division"):
        home = one.household
        kind = home.hukou_kind or home.division.area_kind
        found[one.household_id] = one.person_id, home.division_id, DIBAO_OF[AreaKind(kind)]
    return found


def by_means(month: date) -> Iterator[Candidate]:
    """Whole households on the registered incomes, and severely disabled or seriously ill members of those just above
    the line (单人保), by the registry and the newest list of 持证残疾人.

    Assets are not registered and are taken as within the limits; the application checks them.
    """
    standards, most = _standards(month)
    rows, used = _poor(month, most), newest_lists()[ailing.KIND]
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        members = {home: people for home, people, _ in part}
        known = ailing.known([one for people in members.values() for one in people], month, used)
        own = OwnAssessments(members, {pk: one.facts for pk, one in known.items()})
        heads = _heads(members)
        for home, people, income in part:
            if home in heads:
                yield from _of_home(own, month, home, people, income, heads[home], standards, known)


def _of_home(
    own: OwnAssessments,
    month: date,
    home: int,
    people: list[int],
    income: Decimal,
    head: tuple[int, str, str],
    standards: dict[str, Decimal],
    known: Mapping[int, ailing.Ailing],
) -> Iterator[Candidate]:
    person, division, programme = head
    standard = standards[programme]
    words = f"登记人均月收入 {income:,.2f} 元，{programme_name(programme)}标准 {standard:,.0f} 元"
    answer = own.answer(programme, home, month)
    if answer and answer.get("eligible"):
        amount = Decimal(answer["monthly_amount"])
        yield Candidate(programme, person, home, division, "means", f"{words}，{len(people)} 人", amount)
        return
    for one in (one for one in people if one in known):
        alone = own.alone(programme, home, month, one)
        if alone and alone.get("eligible"):
            amount = Decimal(alone["monthly_amount"])
            yield Candidate(programme, one, home, division, "single", f"{words}，{known[one].words}", amount)


def programme_name(code: str) -> str:
    return {"dibao_urban": "城市低保", "dibao_rural": "农村低保"}[code]


def by_lapsed(month: date) -> Iterator[Candidate]:
    """低保 ended for what a list said, of whose members the newest list of that kind, made since, says nothing.

    Only lists with ID numbers clear anybody: that a name is missing in the others says little.
    """
    newest = newest_lists(has_numbers=True)
    kinds = {kind.code: one for kind in KINDS.values() if (one := newest[kind.code]) and kind.is_matched}
    ended = Entitlement.objects.filter(
        programme__in=DIBAO,
        is_void=False,
        end_reason__in=[code for code in kinds if code != "death"],
        last_month__gte=add_months(month, -LOOK_BACK),
        last_month__lt=month,
    )
    for one in ended.select_related("programme"):
        people = list(one.members.values_list("person_id", flat=True))
        used = kinds[one.end_reason]
        assert used is not None and one.last_month is not None
        if used.as_of <= last_day(one.last_month) or _covered(people, month) or _deceased(people):
            continue
        numbers = Person.objects.filter(pk__in=people).values_list("id_number", flat=True)
        if used.entries.filter(id_number__in=list(numbers)).exists():
            continue
        why = (
            f"{format_month(one.last_month)} 因“{one.get_end_reason_display()}”停发，"
            f"此后的{KINDS[one.end_reason].name}已没有这户的人"
        )
        yield Candidate(
            one.programme_id,
            one.person_id,
            one.household_id,
            one.division_id,
            "lapsed",
            why,
            one.monthly_amount,
        )


def _covered(people: list[int], month: date) -> bool:
    held = EntitlementMember.objects.filter(
        person__in=people,
        is_void=False,
        first_month__lte=add_months(month, 1),
        group__in=["dibao", "tekun_basic"],
    )
    return held.exclude(last_month__lt=month).exists()


def _deceased(people: list[int]) -> bool:
    return not Person.objects.filter(pk__in=people, death_date__isnull=True).exists()


def by_tekun(month: date) -> Iterator[Candidate]:
    """低保 of one person of 60 and over without working capacity who lives alone: no supporter is registered."""
    born = add_months(month, -12 * 60)
    rows = Entitlement.objects.filter(
        programme__in=DIBAO,
        is_void=False,
        first_month__lte=month,
        last_month__isnull=True,
        persons=1,
        person__labour="none",
        person__birth_date__lte=last_day(born),
        person__death_date__isnull=True,
    ).select_related("person")
    for one in rows:
        home = Membership.objects.filter(household=one.household_id, until__isnull=True).count()
        if home == 1:
            age = age_in_month(one.person.birth_date, month)
            why = f"{age} 周岁，无劳动能力，独居，现享受低保；请核实法定赡养人"
            yield Candidate("tekun_basic", one.person_id, one.household_id, one.division_id, "tekun", why)


FINDERS: tuple[Finder, ...] = (by_age, by_means, by_lapsed, by_tekun)


def find(month: date) -> dict[str, int]:
    """Look for all who seem to be left out and keep them as leads; again changes nothing.

    A lead whose person holds the programme now is reached; one that no ground names any more is gone. Gives `found`,
    `new`, `reached`, `gone`.
    """
    candidates: dict[tuple[str, int], Candidate] = {}
    for finder in FINDERS:
        for one in finder(month):
            candidates.setdefault((one.programme, one.person), one)
    with transaction.atomic():
        known = {(lead.programme_id, lead.person_id): lead for lead in Lead.objects.select_for_update()}
        fresh = [_lead(one, month) for key, one in candidates.items() if key not in known]
        Lead.objects.bulk_create(fresh, batch_size=CHUNK)
        for key, one in candidates.items():
            if key in known:
                _again(known[key], one, month)
        reached, gone = _settle([lead for key, lead in known.items() if key not in candidates], month)
    return {"found": len(candidates), "new": len(fresh), "reached": reached, "gone": gone}


def _lead(one: Candidate, month: date) -> Lead:
    return Lead(
        programme_id=one.programme,
        person_id=one.person,
        household_id=one.household,
        division_id=one.division,
        ground=one.ground,
        why=one.why[:400],
        amount=one.amount,
        first_month=month,
        last_month=month,
        due_on=due_day(),
    )


def _again(lead: Lead, one: Candidate, month: date) -> None:
    """Found again: declined or not eligible stays so, unless the why is another one."""
    comes_back = lead.state in LEAD_SETTLED and (lead.why != one.why[:400] or lead.state == LeadState.GONE)
    if comes_back:
        lead.state, lead.due_on, lead.version = LeadState.OPEN, due_day(), lead.version + 1
    if comes_back or month > lead.last_month:
        lead.why, lead.amount, lead.ground = one.why[:400], one.amount, one.ground
        lead.last_month = max(lead.last_month, month)
        lead.save()


def _settle(leads: list[Lead], month: date) -> tuple[int, int]:
    reached = gone = 0
    for lead in leads:
        if lead.state in _OVER:
            continue
        if reach(lead, month):
            reached += 1
        elif lead.state not in LEAD_SETTLED:
            lead.state, lead.version = LeadState.GONE, lead.version + 1
            lead.save(update_fields=["state", "version"])
            gone += 1
    return reached, gone


def reach(lead: Lead, month: date) -> bool:
    """Whether the lead's person holds the programme (or another of its group) in the month or later; then it is kept
    what, also where the person had not wanted it at first."""
    held = Entitlement.objects.filter(
        programme__group=lead.programme.group, is_void=False, members__person=lead.person_id
    ).exclude(last_month__lt=month)
    lead.entitlement = held.order_by("first_month").first()
    if lead.entitlement is None:
        return False
    lead.state, lead.version = LeadState.REACHED, lead.version + 1
    lead.save(update_fields=["state", "entitlement", "version"])
    return True


def case_closed(case: Any) -> None:
    """Granted just now: whoever was looked for has been reached, without waiting for the next month's search."""
    if case.state != CaseState.GRANTED:
        return
    whose = Q(person=case.person_id) if case.person_id else Q(pk=None)
    if case.household_id:
        whose |= Q(household=case.household_id)
    for lead in Lead.objects.select_for_update(of=("self",)).filter(whose).exclude(state__in=_OVER):
        reach(lead, lead.first_month)


def contact(
    lead: Lead,
    actor: Any,
    *,
    contacted_on: date,
    way: str,
    words: str,
    result: str,
    version: int | None = None,
) -> Lead:
    """A try to reach the person, with what came of it. By the township's clerk; UserError without words."""
    if actor.role != Role.TOWNSHIP_CLERK:
        raise NotAllowed("线索由乡镇（街道）经办人联系。")
    if len(words.strip()) < 2:
        raise UserError("请写明联系情况。", field="words")
    if contacted_on > timezone.localdate():
        raise UserError("联系日期晚于今天。", field="contacted_on")
    with transaction.atomic():
        row = Lead.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=lead.pk).first()
        if row is None:
            raise NotAllowed("这条线索不在您的辖区内。")
        if version is not None and row.version != version:
            raise Conflict("这条线索刚被别人办理过。", changes=[f"现在：{row.get_state_display()}"])
        if row.state in LEAD_SETTLED:
            raise UserError(f"这条线索{row.get_state_display()}，不需要再联系。")
        Contact.objects.create(
            lead=row,
            contacted_on=contacted_on,
            way=way,
            words=words.strip(),
            result=result,
            recorded_by=actor,
        )
        row.state, row.version = result, row.version + 1
        row.save(update_fields=["state", "version"])
    return row
