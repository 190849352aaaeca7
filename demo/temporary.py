"""临时救助 of the demo year: 5 574 grants of 4 920 000 yuan in all, the fourteen reserves, advances, what is in hand.

No amount is set: events are chosen (severity, persons hit, self-paid expenses) so that the formula's amounts make the
report's sum. Most grants are written in bulk, some dozens are walked through casework.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from benefits.models import Entitlement
from benefits.policy import policy_table
from benefits.services import build_assessment, grant_bulk
from casework.models import Case, CaseEvent
from core.bulk import copy_in
from core.errors import UserError
from core.months import month_of
from core.series import take_numbers
from demo.build import register
from demo.facts import URBAN, household
from demo.plan import Movement
from demo.rooms import District, Room
from demo.temporary_cases import Family, Grant, Story, open_cases
from registry.models import Household, Membership, Person
from relief.temporary import reserve
from relief.temporary.models import Expense, TemporaryMember
from relief.temporary.rules import CODE

GRANTS, AMOUNT = 5_574, Decimal(4_920_000)
# The epidemic's months saw the most; the shares are made up.
_WEIGHTS = (6, 11, 10, 8, 8, 7, 8, 8, 8, 8, 9, 9)
_URGENT_SHARE = 0.7
_ADVANCES, _WALKED = 36, 48
# What an expenditure and an emergency are worth at least in the plan of a month.
_LEAST = Decimal(600)
_CAUSES = {
    "emergency": ("illness", "accident", "fire", "disaster", "bereavement", "job_loss", "epidemic"),
    "expenditure": ("treatment", "education", "disability"),
}
_WORDS = {
    "illness": "突发疾病住院，家中积蓄用尽。",
    "accident": "交通事故受伤，肇事方无力赔付。",
    "fire": "住房失火，生活用品烧毁。",
    "disaster": "暴雨冲毁住房和口粮。",
    "bereavement": "主要劳动力病故，收入中断。",
    "job_loss": "务工单位停工，三个月没有收入。",
    "epidemic": "受疫情影响不能外出务工，生活困难。",
    "treatment": "住院手术，医保报销后自付费用大。",
    "education": "子女上大学，学费负担重。",
    "disability": "残疾康复和护理费用大。",
}
_WHAT = {"treatment": "住院自付费用", "education": "学费、住宿费", "disability": "康复训练费用"}
_MONTHS = {"light": 1, "medium": 3, "heavy": 6}


class Temporary(Room):
    """临时救助: see above."""

    programmes = (CODE,)

    def __init__(self, district: District):
        super().__init__(district)
        self.rng, self.year = district.rng, district.year
        self.count = district.part(GRANTS, 24)
        self.amount = (AMOUNT * Decimal(str(district.scale))).quantize(Decimal(1))
        self.families: dict[int, Family] = {}
        self.fresh: list[Family] = []
        self.asking: list[Family] = []
        self.walked = self.advances = 0

    # -- people ------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        wanted, waiting = max(self.count // 2, 12), 10
        plans = []
        for _ in range(wanted + waiting):
            programme = URBAN if self.rng.random() < 0.55 else "dibao_rural"
            size = self.rng.choice((1, 1, 2, 2, 3, 3, 4))
            plans.append(
                household(Movement(programme, size, entry=1, exit=0, reason=""), self.year, self.rng)
            )
        placed = register(plans, self.district.numbers, self.rng)
        made = [
            Family(
                one.household,
                one.persons,
                [member.relation for member in one.case.members],
                one.programme.removeprefix("dibao_"),
            )
            for one in placed
        ]
        # Of most families met in an emergency nobody has registered the income; a few seem to qualify for 低保.
        unknown = [person.pk for one in made[self.district.part(40, 3) :] for person in one.people]
        Person.objects.filter(pk__in=unknown).update(monthly_income=None)
        self.fresh, self.asking = made[:wanted], made[wanted:]
        self.families = {one.home.pk: one for one in self.fresh}
        self.district.tell(f"临时救助：登记 {len(made)} 户")

    def holders(self, month: date) -> list[Family]:
        """Families on 低保 in that month whose members are all alive; those met before with their grants."""
        live = Entitlement.objects.filter(
            programme__in=("dibao_urban", "dibao_rural"), is_void=False, first_month__lte=month
        ).filter(Q(last_month__isnull=True) | Q(last_month__gte=month))
        keys = list(live.order_by("household_id").values_list("household_id", flat=True))
        chosen = set(self.rng.sample(keys, min(len(keys), max(self.count // 14, 6))))
        homes = {one.pk: one for one in Household.objects.filter(pk__in=chosen).select_related("division")}
        members: dict[int, list[Membership]] = defaultdict(list)
        rows = Membership.objects.filter(household__in=chosen, until=None).select_related("person")
        for one in rows.order_by("household_id", "id"):
            members[one.household_id].append(one)
        found = []
        for key in sorted(chosen):
            own = sorted(members[key], key=lambda one: one.relation != "head")
            if not own or own[0].relation != "head" or any(one.person.death_date for one in own):
                continue
            home = homes[key]
            known = self.families.get(key)
            if known is None:
                area = home.hukou_kind or home.division.area_kind
                people = [one.person for one in own]
                known = self.families[key] = Family(home, people, [str(one.relation) for one in own], area)
            found.append(known)
        return found

    # -- the year ----------------------------------------------------------------------------------------

    def month(self, month: date) -> None:
        place, whole = month.month, sum(_WEIGHTS)
        done, before = sum(_WEIGHTS[:place]), sum(_WEIGHTS[: place - 1])
        count = self.count * done // whole - self.count * before // whole
        share = self._until(done) - self._until(before)
        if month.month == 5:
            reserve.allot(
                self.year,
                self.district.staff["relief1"],
                f"祥民发〔{self.year}〕18号",
                on=date(self.year, 5, 12),
            )
        pool = [*self.holders(month), *self.rng.sample(self.fresh, max(len(self.fresh) // 3, 1))]
        spending = max(round(count * (1 - _URGENT_SHARE)), 1)
        paid, bulk = self.emergencies(month, count - spending, share - spending * _LEAST, pool)
        bulk += self.expenditures(month, spending, share - paid, pool)
        write(bulk, self.district)

    def _until(self, weight: int) -> Decimal:
        """The yuan paid up to a month: the shares add up to the year's amount."""
        return (self.amount * weight / sum(_WEIGHTS)).quantize(Decimal(1), ROUND_HALF_UP)

    def emergencies(
        self, month: date, count: int, budget: Decimal, pool: list[Family]
    ) -> tuple[Decimal, list[Grant]]:
        """So many emergencies within the budget; some are walked at once, the others come back to be written in bulk.

        Gives what will be paid through runs for all of them.
        """
        paid, bulk = Decimal(0), []
        wanted = max(round(_WALKED * self.district.scale), 12)
        for place in range(count):
            grant = self.pick(month, "emergency", pool)
            left = budget - paid - (count - place - 1) * Decimal(500)
            self.size(grant, left)
            self.note(grant)
            if self.walked < wanted * month.month / 12 and grant.worth >= 700:
                self.walked += 1
                paid += self.walk(grant)
            else:
                paid += grant.worth
                bulk.append(grant)
        return paid, bulk

    def walk(self, grant: Grant) -> Decimal:
        """Through casework step by step, from June on now and then with an advance; gives what the run pays."""
        story = Story(grant, self.district)
        advance = Decimal(0)
        wanted = max(round(_ADVANCES * min(self.district.scale, 1)), 4)
        if grant.on.month >= 6 and self.advances < wanted:
            self.advances += 1
            advance = Decimal(500)
        story.granted(advance)
        return grant.worth - advance

    def expenditures(self, month: date, count: int, amount: Decimal, pool: list[Family]) -> list[Grant]:
        """So many grants for expenses that are worth exactly this sum together."""
        weights = [self.rng.uniform(0.5, 1.5) for _ in range(count)]
        whole = Decimal(str(sum(weights)))
        parts = [(amount * Decimal(str(one)) / whole // 3 * 3).quantize(Decimal(1)) for one in weights]
        parts[-1] += amount - sum(parts)
        grants = []
        for worth in parts:
            grant = self.pick(month, "expenditure", pool)
            grant.worth = worth
            # All of it lies in the lowest bracket: 30 % of what is above the deductible.
            grant.self_paid = 5000 + (worth / Decimal("0.3")).quantize(Decimal("0.01"))
            self.note(grant)
            grants.append(grant)
        return grants

    def pick(self, month: date, kind: str, pool: list[Family]) -> Grant:
        """A family and a cause for which it was not helped this year, on a working day of the month."""
        for _ in range(400):
            family, cause = self.rng.choice(pool), self.rng.choice(_CAUSES[kind])
            on = month.replace(day=self.rng.randint(13 if month.month == 5 else 2, 27))
            used = [one for one in family.grants if one[1] == cause]
            if not used and all(one[0] != on for one in family.grants) and len(family.grants) < 4:
                return Grant(family, kind, cause, on)
        raise UserError("演示数据的家庭太少，临时救助分不下去。")

    def size(self, grant: Grant, left: Decimal) -> None:
        """Severity and persons hit: mostly light, never above what the month has left."""
        standard = Decimal(500 if grant.family.area == "urban" else 350)
        people = len(grant.family.people)
        options = [
            (severity, hit, standard * hit * months)
            for severity, months in _MONTHS.items()
            for hit in range(1, people + 1)
            if standard * hit * months <= min(max(left, standard), Decimal(3000))
        ]
        weights = [{"light": 12, "medium": 2, "heavy": 0.5}[one[0]] for one in options]
        grant.severity, grant.affected, grant.worth = self.rng.choices(options, weights)[0]

    def note(self, grant: Grant) -> None:
        grant.family.grants.append((grant.on, grant.cause))
        grant.family.amount += grant.worth

    def finish(self) -> None:
        made = open_cases(self.asking, self.district)
        self.district.tell(f"临时救助：{self.count} 件，先行救助 {self.advances} 件，在办 {made} 件")


# -- in bulk -------------------------------------------------------------------------------------------------


def facts_of(grant: Grant, number: str, before: Decimal) -> dict[str, Any]:
    """The facts as a case of this product has them."""
    family = grant.family
    event: dict[str, Any] = {
        "kind": grant.kind,
        "granted_this_year": str(before),
        "grants_same_cause": 0,
        "programme_standard": family.standard,
    }
    if grant.kind == "emergency":
        event |= {"severity": grant.severity, "affected": grant.affected}
    else:
        event["self_paid"] = str(grant.self_paid)
    return {
        "ref": number,
        "programme": CODE,
        "month": f"{grant.on:%Y-%m}",
        "division": family.home.division_id,
        "members": [
            {
                "ref": str(person.pk),
                "name": person.name,
                "relation": relation,
                "birth_date": person.birth_date.isoformat(),
                "sex": person.sex,
                "income": {"wages": "200.00"},
            }
            for person, relation in zip(family.people, family.relations, strict=True)
        ],
        "household": {"income": {"transfer": "0.00"}, "financial_assets": "0.00"},
        "event": event,
    }


def write(grants: list[Grant], district: District) -> None:
    """Cases, their record, assessments, entitlements and facts of many decided grants, in a handful of statements."""
    # Earliest first: what was granted before a decision is what stands before it in its family.
    grants.sort(key=lambda one: one.on)
    cases = Case.objects.bulk_create(_cases(grants, district), 2000)
    events = _events(grants, cases, district)
    held = _entitlements(grants, cases, events, district)
    columns = (
        "case_ptr_id", "kind", "cause", "cause_words", "severity", "happened_on", "area_kind", "home_income",
        "financial_assets", "assets_note", "papers_done_on", "decision_id", "decided_on", "granted_amount",
        "entitlement_id",
    )  # fmt: skip
    copy_in(
        "relief_temporaryapplication",
        columns,
        (
            (
                case.pk, one.kind, one.cause, _WORDS[one.cause], one.severity, one.on - timedelta(days=4),
                one.family.area, "0.00", "0.00", "", one.on, row.assessment_id, one.on, row.monthly_amount, row.pk,
            )
            for one, case, row in zip(grants, cases, held, strict=True)
        ),
    )  # fmt: skip
    TemporaryMember.objects.bulk_create(_members(grants, cases), 4000)
    Expense.objects.bulk_create(
        Expense(
            application_id=case.pk,
            spent_on=one.on - timedelta(days=district.rng.randint(10, 90)),
            what=_WHAT[one.cause],
            amount=one.self_paid,
            paper=f"发票 {district.rng.randrange(10**8):08d}",
        )
        for one, case in zip(grants, cases, strict=True)
        if one.kind == "expenditure"
    )


def _moment(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _opened(one: Grant) -> date:
    """When the family came: the day before for an emergency, within the 20 working days for expenses."""
    return one.on - timedelta(days=1 if one.kind == "emergency" else 10)


def _cases(grants: list[Grant], district: District) -> list[Case]:
    # Who came in the last days of December has a number of that year, as whoever is entered late.
    numbers = {}
    for year in sorted({_opened(one).year for one in grants}):
        count = sum(_opened(one).year == year for one in grants)
        numbers[year] = iter(take_numbers(f"LS-{year}", count))
    return [
        Case(
            number=f"LS-{_opened(one).year}-{next(numbers[_opened(one).year]):05d}",
            flow="temporary_urgent" if one.kind == "emergency" else "temporary",
            line="relief",
            subject=one.family.people[0].name,
            person=one.family.people[0],
            household=one.family.home,
            division_id=one.family.home.division_id,
            stage="granted",
            state="granted",
            stage_since=one.on,
            accepted_on=_opened(one),
            opened_by=district.staff.clerk(one.family.home.division_id),
            opened_at=_moment(_opened(one), 9),
            closed_at=_moment(one.on, 16),
            version=2,
        )
        for one in grants
    ]


def _events(grants: list[Grant], cases: list[Case], district: District) -> list[CaseEvent]:
    """The record keeps the application and the decision; gives the decisions."""
    opened, decided = [], []
    for one, case in zip(grants, cases, strict=True):
        small = one.kind == "emergency" and one.worth <= 1000
        actor = district.staff.leader(case.division_id) if small else district.staff["relief1"]
        opened.append(
            CaseEvent(
                case=case,
                at=case.opened_at,
                actor=case.opened_by,
                action="open",
                label="登记临时救助",
                to_stage="intake",
                version=1,
            )
        )
        decided.append(
            CaseEvent(
                case=case,
                at=_moment(one.on, 16),
                actor=actor,
                action="grant_here" if small else "grant",
                label="批准（受委托）" if small else "批准",
                from_stage="opinion" if small else "confirm",
                to_stage="granted",
                opinion="情况属实，同意救助。",
                version=2,
            )
        )
    CaseEvent.objects.bulk_create(opened, 2000)
    return CaseEvent.objects.bulk_create(decided, 2000)


def _entitlements(
    grants: list[Grant], cases: list[Case], events: list[CaseEvent], district: District
) -> list[Entitlement]:
    table = policy_table([CODE, "dibao_urban", "dibao_rural"])
    # What was granted in earlier months, without this month's.
    sums = {id(one.family): one.family.amount for one in grants}
    for one in grants:
        sums[id(one.family)] -= one.worth
    rows: list[tuple[Entitlement, Iterable[int]]] = []
    for one, case, event in zip(grants, cases, events, strict=True):
        before = sums[id(one.family)]
        assessment = build_assessment(
            facts_of(one, case.number, before),
            household=one.family.home,
            person=one.family.people[0],
            actor=district.staff["relief1"],
            table=table,
        )
        if Decimal(assessment.monthly_amount) != one.worth:
            raise UserError(f"演示案件 {case.number} 测算为 {assessment.monthly_amount}，应为 {one.worth}。")
        assessment.monthly_amount = Decimal(assessment.monthly_amount)
        sums[id(one.family)] += one.worth
        month = month_of(one.on)
        entitlement = Entitlement(
            programme_id=CODE,
            household=one.family.home,
            person=one.family.people[0],
            division_id=case.division_id,
            persons=assessment.persons,
            monthly_amount=one.worth,
            first_month=month,
            last_month=month,
            is_one_off=True,
            assessment=assessment,
            decided_by=event,
        )
        rows.append((entitlement, [person.pk for person in one.family.people]))
    return grant_bulk(rows)


def _members(grants: list[Grant], cases: list[Case]) -> list[TemporaryMember]:
    return [
        TemporaryMember(
            application_id=case.pk,
            person=person,
            relation=relation,
            affected=place < one.affected or one.kind != "emergency",
            income=Decimal(200),
            position=place,
        )
        for one, case in zip(grants, cases, strict=True)
        for place, (person, relation) in enumerate(zip(one.family.people, one.family.relations, strict=True))
    ]
