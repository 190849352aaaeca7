"""Old people of the village and the hands through which their allowance goes."""

from datetime import date
from decimal import Decimal
from typing import Any

from benefits.models import Programme
from district.models import Division
from elderly import services
from elderly.models import AllowanceList
from elderly.rules import ALLOWANCE, LONGEVITY
from tests import factories

# A Monday at the beginning of a month of 2020; the model policy of 2019-01 is in force (90–99: 100 yuan, 100+: 300).
MARCH = date(2020, 3, 1)
DAY = date(2020, 3, 2)


def old(birth: date, village: str = factories.VILLAGE, account: bool = True, **fields: Any) -> Any:
    """A person born that day who lives alone in a household of the village."""
    person = factories.person(village, birth_date=birth, **fields)
    factories.household(head=person, account=account)
    return person


def township(code: str = factories.TOWNSHIP) -> Division:
    return Division.objects.get(pk=code)


def programme(code: str = ALLOWANCE) -> Programme:
    return Programme.objects.get(pk=code)


def officer(**fields: Any) -> Any:
    return factories.user("bureau_officer", **{"lines": ["elderly"], **fields})


def propose(
    month: date = MARCH, code: str = ALLOWANCE, where: str = factories.TOWNSHIP, on: date | None = None
) -> int:
    return services.propose(programme(code), month, township(where), on=on or month)


def listed(month: date = MARCH, code: str = ALLOWANCE, kind: str = "grant") -> AllowanceList:
    return AllowanceList.objects.get(programme=code, month=month, kind=kind, division=factories.TOWNSHIP)


def granted(
    month: date = MARCH, code: str = ALLOWANCE, clerk: Any = None, chief: Any = None, on: date | None = None
) -> None:
    """The month's list proposed, confirmed and approved."""
    propose(month, code, on=on)
    batch = listed(month, code)
    services.confirm_rows(batch, clerk or factories.user("township_clerk"), on=on or month)
    services.approve_rows(batch, chief or officer(), on=on or month)


def holder(birth: date, month: date = MARCH, **fields: Any) -> Any:
    """Somebody who was granted the allowance that the age gives in the month."""
    person = old(birth, **fields)
    age = month.year - birth.year - (month.month < birth.month)
    granted(month, LONGEVITY if age >= 100 else ALLOWANCE)
    return person


def held(person: Any) -> list[tuple[str, Decimal, date, date | None]]:
    """What the person holds or held: programme, amount, first and last month."""
    rows = person.entitlements.filter(is_void=False).order_by("first_month", "pk")
    return [(one.programme_id, one.monthly_amount, one.first_month, one.last_month) for one in rows]
