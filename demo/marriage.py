"""婚姻登记 of the demo year: the acts of 2020 as the register holds them, and divorces that stand in hand near today.

The year's acts are written set-based, then held against the same rules as an act at the counter: ages, papers, numbers
without gap, days closed. What stands in hand is made with the verbs of the counter.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from casework.services import move, today
from core.errors import UserError
from core.workdays import Calendar
from demo.names import given, surname
from demo.rooms import District, Room
from district.models import Office, User
from marriage import certificates, days, periods, rules, services, status
from marriage.models import (
    Certificate,
    CertificateState,
    DayRegister,
    FileState,
    Kind,
    Letter,
    LossReason,
    Party,
    Registration,
    Side,
)
from registry.models import Person
from registry.names import reading

MARRIED, DIVORCED, REPLACED = 1456, 852, 598
# Of the replacements so many are of marriage certificates; the report counts them together.
OF_MARRIAGES = 0.82
SPOILED = 0.008
REASONS = ("打印错位", "卡纸，内页破损", "钢印盖偏", "照片粘贴错误")
_CHUNK = 1_000
# Days on which many want to marry.
_BUSY = {(5, 20): 9.0, (2, 14): 0.5, (8, 25): 7.0, (10, 9): 4.0, (12, 31): 3.0}


@dataclass
class Made:
    """An act on its way into the register."""

    file: Registration
    both: list[Party]
    at: datetime
    registrar: User


class Marriages(Room):
    """The registry's year and its desk."""

    def __init__(self, district: District):
        super().__init__(district)
        self.rng: Random = district.rng
        self.calendar = Calendar()

    def finish(self) -> None:
        self.office = self.district.staff["registrar1"].office or Office.objects.get(pk="430503HY")
        self.clerks = [self.district.staff["registrar1"], self.district.staff["registrar2"]]
        year = self.year_of_acts()
        self.stories()
        self.district.tell(f"婚姻登记：{year}")

    # --- the year ---

    def year_of_acts(self) -> str:
        counts = self.counts()
        made = sorted(
            (self.act(kind, day) for kind, count in counts.items() for day in self.chosen_days(kind, count)),
            key=lambda one: one.at,
        )
        Person.objects.bulk_create([party.person for one in made for party in one.both], _CHUNK)
        Registration.objects.bulk_create([one.file for one in made], _CHUNK)
        for one in made:
            for party in one.both:
                party.registration, party.person_id = one.file, party.person.pk
        Party.objects.bulk_create([party for one in made for party in one.both], _CHUNK)
        given_numbers = self.numbers(made)
        Certificate.objects.bulk_create(given_numbers, _CHUNK)
        self.close(given_numbers)
        self.check(made, counts)
        spoiled = sum(one.state == CertificateState.SPOILED for one in given_numbers)
        words = "，".join(f"{Kind(kind).label} {count}" for kind, count in counts.items())
        return f"{words}，作废 {spoiled} 号"

    def counts(self) -> dict[str, int]:
        replaced = self.district.part(REPLACED, 2)
        first = max(round(replaced * OF_MARRIAGES), 1)
        return {
            Kind.MARRIAGE: self.district.part(MARRIED),
            Kind.DIVORCE: self.district.part(DIVORCED),
            Kind.REISSUE_MARRIAGE: first,
            Kind.REISSUE_DIVORCE: replaced - first,
        }

    def chosen_days(self, kind: str, count: int) -> list[date]:
        """Working days of the year; some are chosen more often, and few in the weeks of the epidemic."""
        busy = _BUSY if kind == Kind.MARRIAGE else {}
        first = date(self.district.year, 1, 1)
        every = (first + timedelta(days=n) for n in range(366))
        working = [day for day in every if day.year == first.year and self.calendar.works(day)]
        weights = [busy.get((day.month, day.day), 0.4 if day.month == 2 else 1.0) for day in working]
        return self.rng.choices(working, weights, k=count)

    def act(self, kind: str, day: date) -> Made:
        rng = self.rng
        man, woman = self.person(Side.MAN, day, kind), self.person(Side.WOMAN, day, kind)
        registrar = rng.choice(self.clerks)
        file = Registration(
            office=self.office,
            office_name=self.office.name,
            kind=kind,
            state=FileState.REGISTERED,
            applied_on=day,
            registered_on=day,
            papers=[one.code for one in rules.papers_needed(kind, day)],
            both_present=True,
            voluntary=True,
            unrelated=kind == Kind.MARRIAGE,
            capable=True,
            agreement=kind == Kind.DIVORCE,
            registrar=registrar,
        )
        if kind != Kind.MARRIAGE:
            self.rest_on(file, man, woman, day)
        if kind == Kind.DIVORCE and periods.cooling_off_applies(day - timedelta(days=40)):
            self.cooled(file, day)
        both = [self.party(Side.MAN, man, kind), self.party(Side.WOMAN, woman, kind)]
        clock = time(rng.choice((9, 10, 11, 14, 15, 16)), rng.randrange(60), rng.randrange(60))
        return Made(file, both, timezone.make_aware(datetime.combine(day, clock)), registrar)

    def person(self, side: str, day: date, kind: str) -> Person:
        least = 22 if side == Side.MAN else 20
        if kind != Kind.MARRIAGE:
            least += 4
        years = least + int(abs(self.rng.gauss(4, 6)))
        # Before the turn of the year, so that the age is reached on whatever day of it.
        birth = date(day.year - years, 1, 1) - timedelta(days=self.rng.randrange(1, 360))
        name = surname(self.rng) + given(self.rng, side, birth)
        pinyin, initials = reading(name)
        return Person(
            id_number=self.district.numbers.id_number(birth, side),
            name=name,
            pinyin=pinyin,
            initials=initials,
            birth_date=birth,
            sex=side,
            division_id=self.office.division_id,
            hukou_kind=self.rng.choice(("urban", "rural")),
        )

    def party(self, side: str, person: Person, kind: str) -> Party:
        before = (
            self.rng.choices(("single", "divorced", "widowed"), (78, 20, 2))[0]
            if kind == Kind.MARRIAGE
            else ""
        )
        return Party(
            side=side,
            person=person,
            name=person.name,
            id_number=person.id_number,
            birth_date=person.birth_date,
            ethnicity="汉族",
            hukou="邵阳市大祥区",
            hukou_local=side == Side.MAN or self.rng.random() < 0.7,
            before=before,
        )

    def rest_on(self, file: Registration, man: Person, woman: Person, day: date) -> None:
        """The marriage to be dissolved or the certificate to be replaced: of the years before this register."""
        adult = max(periods.turns(man.birth_date, 22), periods.turns(woman.birth_date, 20))
        latest = day - timedelta(days=60)
        span = max((latest - adult).days, 0)
        file.prior_on = self.calendar_day(adult + timedelta(days=self.rng.randint(0, span)))
        letter = "L" if file.kind == Kind.REISSUE_DIVORCE else "J"
        file.prior_number = rules.certificate_number(
            letter, "430503", file.prior_on.year, self.rng.randint(1, 1400)
        )
        file.prior_office = self.office.name
        if file.kind != Kind.DIVORCE:
            file.loss = self.rng.choices((LossReason.LOST, LossReason.DAMAGED), (9, 1))[0]

    def calendar_day(self, day: date) -> date:
        return self.calendar.next(day) if day.year >= 2004 else day

    def cooled(self, file: Registration, day: date) -> None:
        """A demo year under the Civil Code: applied for forty days before, as the law wants it."""
        receipt = day - timedelta(days=40)
        while not self.calendar.works(receipt):
            receipt -= timedelta(days=1)
        found = periods.cooling(receipt, self.calendar)
        file.applied_on = file.receipt_on = receipt
        file.cooling_off_ends, file.window_from = found.ends, found.window_from
        file.window_until = found.window_until

    # --- numbers and days ---

    def numbers(self, made: list[Made]) -> list[Certificate]:
        """The series in the order of the acts; a spoiled number is followed at once by its next one."""
        digits, serials, found = certificates.digits_of(self.office), dict.fromkeys(Letter.values, 0), []
        for one in made:
            attempts = 2 if self.rng.random() < SPOILED else 1
            for attempt in range(attempts):
                letter = one.file.letter
                serials[letter] += 1
                certificate = self.certificate(one, digits, serials[letter], attempt)
                if attempt < attempts - 1:
                    certificate.state = CertificateState.SPOILED
                    certificate.spoiled_on, certificate.spoiled_by = one.file.registered_on, one.registrar
                    certificate.spoiled_reason = self.rng.choice(REASONS)
                found.append(certificate)
        for letter, last in serials.items():
            certificates.continue_after(letter, digits, self.district.year, last)
        return found

    def certificate(self, one: Made, digits: str, serial: int, attempt: int) -> Certificate:
        year, at = self.district.year, one.at + timedelta(minutes=6 * attempt)
        assert one.file.registered_on is not None
        return Certificate(
            registration=one.file,
            number=rules.certificate_number(one.file.letter, digits, year, serial),
            letter=one.file.letter,
            year=year,
            serial=serial,
            issued_on=one.file.registered_on,
            issued_at=at,
            issued_by=one.registrar,
            printed_at=at + timedelta(minutes=3),
        )

    def close(self, given_numbers: list[Certificate]) -> None:
        """Every day with numbers is closed in the evening."""
        by_day: dict[date, list[Certificate]] = {}
        for one in given_numbers:
            by_day.setdefault(one.issued_on, []).append(one)
        registers = []
        for day, rows in sorted(by_day.items()):
            ordered = sorted(rows, key=lambda one: (one.year, one.serial))
            lines = [
                days.line_of(letter, [one for one in ordered if one.letter == letter], day)
                for letter in Letter.values
            ]
            at = timezone.make_aware(datetime.combine(day, time(17, 35)))
            clerk = self.rng.choice(self.clerks)
            registers.append(
                DayRegister(office=self.office, day=day, lines=lines, closed_by=clerk, closed_at=at)
            )
        DayRegister.objects.bulk_create(registers, _CHUNK)

    def check(self, made: list[Made], counts: dict[str, int]) -> None:
        """What holds for an act at the counter holds for each of these."""
        ages = status.legal_ages(date(self.district.year, 1, 1))
        for one in made:
            man, woman = (_side(party) for party in one.both)
            assert one.file.registered_on is not None
            facts = rules.Facts(
                one.file.kind,
                one.file.registered_on,
                man,
                woman,
                *(one.file.both_present, one.file.voluntary, one.file.unrelated, one.file.capable),
                one.file.agreement,
                frozenset(one.file.papers),
                one.file.prior_number,
                ages,
            )
            against = rules.blocks(rules.checks(facts))
            assert not against, against
        for kind, count in counts.items():
            letter, year = rules.LETTERS[kind], self.district.year
            assert days.gaps(letter, certificates.digits_of(self.office), year) == []
            live = Certificate.objects.filter(letter=letter, year=year, state=CertificateState.ISSUED)
            assert live.count() == count

    # --- in hand ---

    def stories(self) -> None:
        """Divorces under the Civil Code from January 2021 on, and what the desk has before it today."""
        after = date(max(self.district.year + 1, 2021), 1, 4)
        for place, day in enumerate(after + timedelta(days=n) for n in (0, 3, 8, 15, 21, 35)):
            self.divorce(self.calendar.next(day), ("issue", "withdraw", "deemed")[place % 3])
        now = today()
        wanted = [now - timedelta(days=n) for n in (58, 55, 50, 44, 38, 34, 31, 27, 22, 18, 13, 9, 5, 2, 0)]
        for day in wanted[:: 1 if self.district.scale >= 0.2 else 2]:
            while not self.calendar.works(day):
                day -= timedelta(days=1)
            self.divorce(day, "")
        for _ in range(2):
            services.apply(self.entry(Kind.MARRIAGE, now), self.clerks[0])
        case = services.apply(self.entry(Kind.MARRIAGE, now), self.clerks[1])
        move(case, "accept", self.clerks[1])
        services.pass_time_everywhere()

    def divorce(self, day: date, end: str) -> None:
        """A divorce of that day as far as today lets it come. Near a turn of the year whose holidays nobody knows yet
        there is no receipt, and the demo leaves it out."""
        if day > today():
            return
        clerk = self.rng.choice(self.clerks)
        case = services.apply(self.entry(Kind.DIVORCE, day), clerk, on=day)
        try:
            case = move(case, "receive", clerk, on=day)
        except UserError:
            move(case, "withdraw", clerk, opinion="双方改日再来", on=day)
            return
        file = Registration.objects.get(pk=case.registration_id)
        assert file.window_from and file.cooling_off_ends
        if end == "withdraw" and file.cooling_off_ends < today():
            back = min(day + timedelta(days=12), file.cooling_off_ends)
            move(case, "withdraw", clerk, opinion="女方到场撤回离婚登记申请", on=back)
        if end == "issue" and file.window_from <= today():
            on = self.calendar.next(file.window_from + timedelta(days=5))
            services.pass_time(case, on)
            certificate = services.issue(case, clerk, on=on)
            services.mark_printed(certificate, clerk)
            days.close_day(clerk, on) if on < today() else None

    def entry(self, kind: str, day: date) -> services.Entry:
        people = {side: self.person(side, day, kind) for side in Side.values}
        man, woman = (self.typed(people[side], kind) for side in (Side.MAN, Side.WOMAN))
        file = Registration(kind=kind)
        if kind != Kind.MARRIAGE:
            self.rest_on(file, people[Side.MAN], people[Side.WOMAN], day)
        return services.Entry(
            kind,
            man,
            woman,
            papers=[one.code for one in rules.papers_needed(kind, day) if one.needed],
            both_present=True,
            voluntary=True,
            unrelated=kind == Kind.MARRIAGE,
            capable=True,
            agreement=kind == Kind.DIVORCE,
            prior_number=file.prior_number,
            prior_on=file.prior_on,
            prior_office=file.prior_office,
        )

    def typed(self, person: Person, kind: str) -> services.PartyEntry:
        return services.PartyEntry(
            person.name,
            person.id_number,
            ethnicity="汉族",
            hukou="邵阳市大祥区",
            hukou_local=True,
            before="single" if kind == Kind.MARRIAGE else "",
        )


def _side(party: Party) -> rules.Side:
    return rules.Side(
        side=party.side,
        name=party.name,
        id_number=party.id_number,
        birth=party.birth_date,
        sex=party.person.sex,
        hukou_local=party.hukou_local,
        before=party.before,
        registry_name=party.person.name,
    )
