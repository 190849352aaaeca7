"""日登记簿: what an office registered on a day, and its closing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from casework.services import today
from core.errors import UserError
from district.models import Office, User
from marriage import certificates
from marriage.models import Certificate, CertificateState, DayRegister, Letter, Party, Registration
from marriage.services import office_of


@dataclass(frozen=True)
class Entry:
    """A line of the day's register: a number given or spoiled that day, with the couple."""

    certificate: Certificate
    man: Party
    woman: Party
    spoiled_now: bool


def numbers_of(office: Office, day: date) -> Any:
    """The numbers that were given or spoiled at the office on that day; those of old registers are not its work."""
    mine = Certificate.objects.filter(registration__office=office, taken_over=False)
    return mine.filter(Q(issued_on=day) | Q(spoiled_on=day))


def unprinted(office: Office, day: date) -> list[str]:
    """The numbers given that day whose sheet has not been printed."""
    rows = numbers_of(office, day).filter(issued_on=day, state=CertificateState.ISSUED, printed_at=None)
    return list(rows.order_by("letter", "serial").values_list("number", flat=True))


def entries(office: Office, day: date) -> list[Entry]:
    """The day's register line by line, by kind and number."""
    rows = numbers_of(office, day).select_related("registration", "issued_by", "spoiled_by")
    found = []
    for row in rows.prefetch_related("registration__parties").order_by("letter", "year", "serial"):
        man, woman = row.registration.both
        found.append(Entry(row, man, woman, row.state == CertificateState.SPOILED and row.spoiled_on == day))
    return sorted(found, key=lambda one: Letter.values.index(one.certificate.letter))


def lines(office: Office, day: date) -> list[dict[str, Any]]:
    """Per kind: given, spoiled, standing, first and last number, the spoiled numbers with their reasons."""
    rows = list(numbers_of(office, day).order_by("year", "serial"))
    return [line_of(letter, [one for one in rows if one.letter == letter], day) for letter in Letter.values]


def line_of(letter: str, rows: list[Certificate], day: date) -> dict[str, Any]:
    given = [one for one in rows if one.issued_on == day]
    spoiled = [one for one in rows if one.spoiled_on == day]
    return {
        "letter": letter,
        "label": str(Letter(letter).label),
        "given": len(given),
        "spoiled": len(spoiled),
        "standing": sum(one.spoiled_on != day for one in given),
        "first": given[0].number if given else "",
        "last": given[-1].number if given else "",
        "spoiled_numbers": [[one.number, one.spoiled_reason] for one in spoiled],
    }


@transaction.atomic
def close_day(actor: User, day: date, note: str = "") -> DayRegister:
    """关簿: from now on nothing of that day changes. Counts and numbers are kept with it.

    UserError for a day to come, one closed already, and one whose spoiled act waits for its new number.
    """
    office = office_of(actor)
    if day > today():
        raise UserError(f"{day:%Y-%m-%d} 还没有到，不能关簿。")
    certificates.lock_day(office)
    if DayRegister.objects.filter(office=office, day=day).exists():
        raise UserError(f"{day:%Y-%m-%d} 的日登记簿已经关闭。")
    waiting = unreplaced(office).filter(certificates__issued_on=day).first()
    if waiting is not None:
        raise UserError("当日有作废后还没有重新打证的档案，请先重新打证再关簿。")
    return DayRegister.objects.create(
        office=office, day=day, lines=lines(office, day), note=note.strip(), closed_by=actor
    )


def unreplaced(office: Office) -> Any:
    """Registered acts whose sheet was spoiled and that have no new one yet."""
    return (
        Registration.objects.filter(office=office, registered_on__isnull=False, taken_over=False)
        .exclude(certificates__state=CertificateState.ISSUED)
        .distinct()
    )


def unclosed_days(office: Office, before: date) -> list[date]:
    """Days before that one on which numbers were given and that nobody has closed."""
    given = Certificate.objects.filter(registration__office=office, taken_over=False, issued_on__lt=before)
    closed = DayRegister.objects.filter(office=office).values("day")
    days = given.exclude(issued_on__in=closed).order_by("issued_on").values_list("issued_on", flat=True)
    return list(days.distinct()[:30])


def gaps(letter: str, digits: str, year: int) -> list[int]:
    """Serials below the highest that no row accounts for; a good series gives []."""
    known = set(
        Certificate.objects.filter(
            letter=letter, year=year, number__startswith=f"{letter}{digits}-"
        ).values_list("serial", flat=True)
    )
    return [serial for serial in range(1, max(known, default=0)) if serial not in known]
