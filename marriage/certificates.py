"""Numbers of certificates: taken one by one in the transaction of their act, spoiled with a reason, never lost."""

import re
from datetime import date

from django.db import connection
from django.utils import timezone

from core.errors import UserError
from core.importing import take_lock
from core.models import NumberSeries
from core.series import take_number
from district.models import Office, User
from marriage.models import Certificate, CertificateState, DayRegister, Registration
from marriage.rules import certificate_number


def digits_of(office: Office) -> str:
    """The 6-digit code of an office as its numbers carry it: 430503HY → 430503."""
    found = re.match(r"\d{6}", office.pk)
    return found[0] if found else office.division_id[:6]


def series_key(letter: str, digits: str, year: int) -> str:
    return f"HY-{letter}{digits}-{year}"


def lock_day(office: Office) -> None:
    """Acts of an office come one after the other from here on, and never while its day is being closed."""
    take_lock(f"marriage-day-{office.pk}")


def check_open(office: Office, day: date) -> None:
    """UserError when the day's register is closed."""
    if DayRegister.objects.filter(office=office, day=day).exists():
        raise UserError(f"{day:%Y-%m-%d} 的日登记簿已经关闭，当日不能再发证或作废，请在下一个办公日办理。")


def give(file: Registration, actor: User, on: date) -> Certificate:
    """The next number of the file's series and year, with its certificate. Inside the caller's transaction: when it
    fails, the number goes back."""
    lock_day(file.office)
    check_open(file.office, on)
    digits = digits_of(file.office)
    serial = take_number(series_key(file.letter, digits, on.year))
    return Certificate.objects.create(
        registration=file,
        number=certificate_number(file.letter, digits, on.year, serial),
        letter=file.letter,
        year=on.year,
        serial=serial,
        issued_on=on,
        issued_at=timezone.now(),
        issued_by=actor,
    )


def coming_number(file: Registration, year: int) -> str:
    """The number that would be given now; another registrar may be faster."""
    digits = digits_of(file.office)
    last = NumberSeries.objects.filter(pk=series_key(file.letter, digits, year)).values_list(
        "last", flat=True
    )
    return certificate_number(file.letter, digits, year, (last.first() or 0) + 1)


def continue_after(letter: str, digits: str, year: int, serial: int) -> None:
    """The series goes on after a number that was taken over; it never goes back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_numberseries (key, last) VALUES (%s, %s) "
            "ON CONFLICT (key) DO UPDATE SET last = greatest(core_numberseries.last, excluded.last)",
            [series_key(letter, digits, year), serial],
        )


def live_certificate(file: Registration) -> Certificate | None:
    """The certificate that stands."""
    return file.certificates.filter(state=CertificateState.ISSUED).select_related("issued_by").first()
