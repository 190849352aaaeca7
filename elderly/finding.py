"""Who is to be proposed: queries over the registry and what is held. Nothing here writes.

Left out: the dead, those who have moved away (they were in a household here and are in none any more), who holds or had
the programme, whose application is open, was refused, or was taken off a list for good.
"""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from benefits.models import Entitlement, EntitlementMember
from benefits.policy import PolicyTable
from casework.models import CaseState
from elderly.bands import born_before
from elderly.facts import GROUP, paying_from, top_age
from elderly.models import FOR_GOOD, AllowanceApplication, AllowanceList
from elderly.rules import ALLOWANCE, CODES, LONGEVITY
from registry.models import Membership, Person

GRANT, END = "allowance", "allowance_end"


def now_here(person: str = "pk") -> Any:
    """Condition on persons: in a household here today, or never entered in one (registered alone)."""
    ever = Membership.objects.filter(person=OuterRef(person))
    now = ever.filter(household__until=None).filter(Q(until__isnull=True) | Q(until__gt=timezone.localdate()))
    return Exists(now) | ~Exists(ever)


def in_force(month: date) -> Q:
    """Condition on entitlements and their members: not over before the month."""
    return Q(is_void=False) & (Q(last_month__isnull=True) | Q(last_month__gte=month))


def candidates(
    programme: str, month: date, township: str, policies: PolicyTable, batch: AllowanceList | None
) -> Any:
    """Persons of a township who have reached the age by the month's end and aren't dealt with yet, by village."""
    low = paying_from(programme, policies, month, township)
    if low is None:
        return Person.objects.none()
    people = Person.objects.within(township).filter(
        death_date__isnull=True, birth_date__lt=born_before(month, low)
    )
    held = EntitlementMember.objects.filter(person=OuterRef("pk"), group=GROUP, is_void=False)
    if programme == ALLOWANCE:
        people = people.filter(birth_date__gte=born_before(month, top_age(policies, month, township)))
        people = people.filter(~Exists(held))
    else:
        people = people.filter(~Exists(held.filter(entitlement__programme=LONGEVITY)))
    cases = AllowanceApplication.objects.filter(person=OuterRef("pk"), programme=programme, flow=GRANT)
    settled = Q(state__in=[CaseState.OPEN, CaseState.REFUSED]) | Q(out_reason__in=FOR_GOOD)
    if batch is not None:
        settled |= Q(batch=batch)
    return people.filter(now_here(), ~Exists(cases.filter(settled))).order_by(
        "division_id", "birth_date", "pk"
    )


def held_allowances(people: list[int], month: date) -> dict[int, Entitlement]:
    """高龄津贴 in force in or after the month, by person: what 长寿金 will take the place of."""
    rows = Entitlement.objects.filter(
        in_force(month), programme=ALLOWANCE, person__in=people, is_one_off=False
    )
    return {row.person_id: row for row in rows.order_by("first_month")}


def live(user: Any = None, month: date | None = None) -> Any:
    """高龄津贴 and 长寿金 in force in the month (today's when not given) or later; what the user may see."""
    month = month or timezone.localdate().replace(day=1)
    rows = Entitlement.objects.visible_to(user) if user is not None else Entitlement.objects.all()
    return rows.filter(in_force(month), programme__in=CODES)


def to_end(township: str = "") -> Any:
    """Live entitlements whose person has died or moved away, without an open or decided ending.

    Annotated: `left_on`, the first day the person was no longer in a household here.
    """
    ending = AllowanceApplication.objects.filter(entitlement=OuterRef("pk"), flow=END, state=CaseState.OPEN)
    rows = Entitlement.objects.filter(is_void=False, programme__in=CODES, end_reason="").filter(
        ~Exists(ending)
    )
    gone = Q(person__death_date__isnull=False) | ~Q(now_here("person"))
    return (rows.within(township) if township else rows).filter(last_month__isnull=True).filter(gone)
