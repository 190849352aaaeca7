"""高龄津贴 and 长寿金 in the demo year: proposed, confirmed and approved month by month through the line's own verbs.

The report paid 66.3 万 and 3.45 万 yuan; at the model set's 100 and 300 yuan that is 6 630 and 115 person-months.
Everybody in the registry who is old enough is on the lists, whichever line registered them; people of this room fill
each month up to its share of the report.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from django.db.models import Q
from django.utils import timezone

from benefits.models import Entitlement
from casework.services import move
from core.months import add_months, last_day, month_of
from demo.names import ethnicity, given, phone, surname
from demo.rooms import District, Room
from district.models import AreaKind, Division, DivisionLevel
from elderly import finding, services
from elderly.facts import table
from elderly.models import AllowanceList, LifeProof, ListKind, OutReason, ProofMethod
from elderly.rules import ALLOWANCE, CODES, LONGEVITY
from elderly.services.deciding import approve_rows, confirm_rows, take_out_rows
from elderly.services.proposing import townships
from registry.models import Household, Membership, PayeeAccount, Person, Relation
from registry.names import reading
from registry.services import leave, record_death

# Person-months of the year at scale 1: 663 000 ÷ 100 and 34 500 ÷ 300.
PERSON_MONTHS = {ALLOWANCE: 6_630, LONGEVITY: 115}
_SINCE = date(2015, 1, 1)
# How many are ninety, ninety-one, … of a hundred on the list: fewer with each year.
_AGES = (31, 23, 16, 11, 8, 5, 3, 2, 1)
_METHODS = (ProofMethod.VISIT, ProofMethod.VISIT, ProofMethod.OFFICE, ProofMethod.VIDEO, ProofMethod.DATA)


@dataclass
class Plan:
    """How many of a programme are to be paid in each month of the year, so that the sum is the report's."""

    months: dict[date, int] = field(default_factory=dict)

    @classmethod
    def of(cls, year: int, person_months: int) -> "Plan":
        least, rest = divmod(person_months, 12)
        # The number grows a little: the last months carry the rest.
        return cls({date(year, n, 1): least + (n > 12 - rest) for n in range(1, 13)})


class Elderly(Room):
    """Lists of fourteen townships, twelve months, and the proofs of life up to today."""

    programmes = CODES

    def __init__(self, district: District):
        super().__init__(district)
        self.rng: Random = district.rng
        year = district.year
        self.plans = {
            code: Plan.of(year, district.part(count, least=12)) for code, count in PERSON_MONTHS.items()
        }
        self.villages = list(
            Division.objects.filter(level=DivisionLevel.VILLAGE, until=None).order_by("code")
        )
        self.officer = district.staff["elderly1"]
        self.own: set[int] = set()

    # -- people --------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Who was old before the year: on last December's lists. Some of eighty and more, who get nothing."""
        before = date(self.district.year - 1, 12, 1)
        self._accounts(before)
        wanted = self.plans[ALLOWANCE].months[add_months(before, 1)] - self._known(ALLOWANCE, before)
        self.register([self._born(before, 90 + self._extra_years()) for _ in range(max(wanted, 2))])
        hundred = self.plans[LONGEVITY].months[add_months(before, 1)] - self._known(LONGEVITY, before)
        self.register([self._born(before, 100 + self.rng.randrange(4)) for _ in range(max(hundred, 0))])
        # In the year one after another turns ninety, a few a hundred.
        coming = [self._turning(90, n) for n in range(self.district.part(60, least=2))]
        coming += [self._turning(100, 4 * n + 1) for n in range(self.district.part(3))]
        self.register(coming)
        self.register(
            [self._born(before, 80 + self.rng.randrange(9)) for _ in range(self.district.part(300))]
        )
        self.decide(before)
        held = finding.live(month=before).count()
        self.district.tell(f"高龄津贴、长寿金：年初在享 {held} 人")

    def _extra_years(self) -> int:
        return self.rng.choices(range(len(_AGES)), _AGES)[0]

    def _born(self, month: date, age: int) -> date:
        """A birth date with which that age is completed by the month, and the next one not within the year after."""
        month_back = add_months(month, -12 * age - self.rng.randrange(0, 12))
        return month_back + timedelta(days=self.rng.randrange(last_day(month_back).day))

    def _turning(self, age: int, place: int) -> date:
        """A birth date with which the age is reached in the year."""
        month = date(self.district.year - age, place % 12 + 1, 1)
        return month + timedelta(days=self.rng.randrange(last_day(month).day))

    def _known(self, programme: str, month: date) -> int:
        """How many of the registry will be on the programme's lists without this room's people."""
        policies = table()
        return sum(
            finding.candidates(programme, month, one.pk, policies, None).count() for one in townships()
        )

    def register(self, births: list[date]) -> list[Person]:
        """Old people in the real villages, each with a household and an account."""
        numbers, rng, people, accounts = self.district.numbers, self.rng, [], []
        for birth in births:
            village, sex = rng.choice(self.villages), rng.choice("MFF")
            name = surname(rng) + given(rng, sex, birth)
            pinyin, initials = reading(name)
            people.append(
                Person(
                    id_number=numbers.id_number(birth, sex),
                    name=name,
                    pinyin=pinyin,
                    initials=initials,
                    birth_date=birth,
                    sex=sex,
                    ethnicity=ethnicity(rng),
                    phone=phone(rng),
                    address=f"{village.name}{rng.randint(1, 16)}组{rng.randint(1, 90)}号",
                    division=village,
                    hukou_kind=village.area_kind or AreaKind.RURAL,
                )
            )
        Person.objects.bulk_create(people, 2000)
        homes = [
            Household(
                number=f"{one.division_id}G{one.pk:06d}",
                division_id=one.division_id,
                address=one.address,
                hukou_kind=one.hukou_kind,
            )
            for one in people
        ]
        Household.objects.bulk_create(homes, 2000)
        Membership.objects.bulk_create(
            [
                Membership(household=home, person=one, relation=Relation.HEAD, since=_SINCE)
                for home, one in zip(homes, people, strict=True)
            ],
            2000,
        )
        for one in people:
            bank, number = numbers.account()
            accounts.append(
                PayeeAccount(person=one, bank=bank, number=number, holder_name=one.name, since=_SINCE)
            )
        PayeeAccount.objects.bulk_create(accounts, 2000)
        self.own |= {one.pk for one in people}
        return people

    def _accounts(self, month: date) -> None:
        """The old members of other lines' households get an account of their own for the allowance."""
        old = Person.objects.filter(
            birth_date__lt=add_months(month, 12 - 12 * 89), death_date=None, accounts__isnull=True
        )
        found = []
        for one in old.order_by("pk"):
            bank, number = self.district.numbers.account()
            found.append(
                PayeeAccount(person=one, bank=bank, number=number, holder_name=one.name, since=_SINCE)
            )
        PayeeAccount.objects.bulk_create(found, 2000)

    # -- a month -------------------------------------------------------------------------------------------

    def month(self, month: date) -> None:
        """The first of the month: deaths end, who reaches the age is proposed and approved; then the month is filled
        up to its share, or a few move away."""
        self._deaths(month)
        self._accounts(month)
        self.decide(month)
        for code in (LONGEVITY, ALLOWANCE):
            self._level(code, month)

    def decide(self, month: date, leave_open: tuple[str, ...] = (), on: date | None = None) -> None:
        """All lists of the month through their hands; those of the townships in `leave_open` stay as proposed."""
        on = on or month + timedelta(days=1)
        for township in townships():
            services.proposing.propose_township(month, township, on=on)
        for batch in AllowanceList.objects.exclude(state="done").order_by("pk"):
            if batch.division_id not in leave_open:
                self._through(batch, on)

    def _through(self, batch: AllowanceList, on: date) -> None:
        clerk = self.district.staff.clerk(batch.division_id)
        confirm_rows(batch, clerk, on=on, opinion="在世，户籍在本地，账户无误")
        approve_rows(
            batch, self.officer, on=min(on + timedelta(days=2), timezone.localdate()), opinion="同意"
        )

    def _deaths(self, month: date) -> None:
        """One in a hundred of this room's people has died in the month before; one of them was found late."""
        before = add_months(month, -1)
        living = self._living()
        count = min(round(len(living) * 0.009), len(living) // 4)
        for person in self.rng.sample(living, count):
            day = before + timedelta(days=self.rng.randrange(last_day(before).day))
            record_death(person, max(day, person.birth_date), self.district.staff.clerk(person.division_id))

    def _living(self) -> list[Person]:
        """This room's people who hold one of the two."""
        alive = Person.objects.filter(pk__in=self.own, death_date=None)
        return list(
            alive.filter(coverage__group="old_age", coverage__last_month=None).order_by("pk").distinct()
        )

    def _level(self, code: str, month: date) -> None:
        """Bring the number paid in the month to the plan's: who never had it applies, or somebody moves away."""
        live = finding.live(month=month).filter(programme=code, first_month__lte=month)
        gap = self.plans[code].months[month] - live.count()
        if gap > 0:
            age = 100 if code == LONGEVITY else 90
            people = self.register([self._born(month, age + self._extra_years() % 4) for _ in range(gap)])
            for one in people:
                self._applies(one, month)
        elif gap < 0:
            mine = (
                live.filter(person__in=self.own)
                .select_related("person")
                .order_by("-person__birth_date", "pk")
            )
            self._leave(list(mine[:-gap]), code, month)

    def _applies(self, person: Person, month: date) -> None:
        on = month + timedelta(days=2)
        clerk = self.district.staff.clerk(person.division_id)
        case = services.apply(person, clerk, on=on, reason="新近迁回，补申请")
        case = move(case, "confirm", clerk, on=on)
        move(case, "grant", self.officer, on=on + timedelta(days=2), opinion="同意")

    def _leave(self, held: list[Entitlement], code: str, month: date) -> None:
        """Some have died in the month before; of 高龄津贴 every third has moved to the children elsewhere."""
        day = month - timedelta(days=5)
        for place, one in enumerate(held):
            clerk = self.district.staff.clerk(one.division_id)
            if code == ALLOWANCE and place % 3 == 2:
                leave(one.person.memberships.get(until=None), day, clerk)
            else:
                record_death(one.person, day, clerk)
        on = month + timedelta(days=2)
        for township in townships():
            services.propose_endings(township, on=on)
        for batch in AllowanceList.objects.filter(kind=ListKind.END).exclude(state="done").order_by("pk"):
            self._through(batch, on)

    # -- today ---------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Six years later: many have died since, this month's lists are in hand, the proofs are nearly all there."""
        today = timezone.localdate()
        self._later_deaths(today)
        open_ones = ("430503001", "430503101", "430503005")
        self.decide(month_of(today), open_ones, max(month_of(today), today - timedelta(days=3)))
        self._in_hand(open_ones)
        self._proofs(today)
        held = services.hold_unproven(on=today)
        waiting = AllowanceList.objects.exclude(state="done").count()
        self.district.tell(f"高龄名单：在办 {waiting} 份；生存认证逾期暂缓 {held} 人")

    def _later_deaths(self, today: date) -> None:
        """Of the old of that year most have died since; each death recorded, each ending decided."""
        living = self._living()
        first = date(self.district.year + 1, 1, 1)
        days = (today - first).days
        if days < 60:
            return
        chance = min(0.11 * days / 365, 0.65)
        for person in living:
            if self.rng.random() < chance:
                day = first + timedelta(days=self.rng.randrange(days - 30))
                record_death(person, day, self.district.staff.clerk(person.division_id))

    def _in_hand(self, open_ones: tuple[str, ...]) -> None:
        """Of the lists that wait one township's is confirmed and stands at the bureau, with one row taken off."""
        staff = self.district.staff
        for batch in AllowanceList.objects.filter(division=open_ones[1], kind=ListKind.GRANT).exclude(
            state="done"
        ):
            clerk = staff.clerk(batch.division_id)
            rows = list(batch.rows.filter(stage="listed").order_by("pk").values_list("pk", flat=True))
            if len(rows) > 2:
                take_out_rows(batch, rows[-1:], OutReason.LATER, "本人在外地过冬", clerk)
            confirm_rows(batch, clerk)

    def _proofs(self, today: date) -> None:
        """The last proof of each holder: most within the year, some due soon, some overdue."""
        proofs, changed = [], []
        live = finding.live(month=month_of(today)).filter(Q(last_month=None)).select_related("person")
        for one in live.order_by("pk"):
            luck = self.rng.random()
            ago = (
                self.rng.randrange(10, 330)
                if luck < 0.86
                else self.rng.randrange(336, 364)
                if luck < 0.92
                else self.rng.randrange(367, 390)
                if luck < 0.97
                else self.rng.randrange(400, 440)
            )
            day = today - timedelta(days=ago)
            if one.person.birth_date > day:
                continue
            due = services.next_due(one.programme_id, day)
            one.review_due = due
            changed.append(one)
            proofs.append(
                LifeProof(
                    entitlement=one,
                    proved_on=day,
                    method=self.rng.choice(_METHODS),
                    next_due=due,
                    recorded_by=self.district.staff.clerk(one.division_id),
                )
            )
        LifeProof.objects.bulk_create(proofs, batch_size=2000)
        Entitlement.objects.bulk_update(changed, ["review_due"], batch_size=2000)
