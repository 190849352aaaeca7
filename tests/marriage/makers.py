"""A couple at the counter, and the registrars who serve them."""

from dataclasses import replace
from datetime import date
from typing import Any

from district.models import Office
from marriage import services
from marriage.models import Kind, MarriageCase
from marriage.rules import papers_needed
from marriage.services import Entry, PartyEntry
from tests import factories

OFFICE = "430503HY"
DAY = date(2020, 6, 1)


def registrar(office: str = OFFICE, **fields: Any) -> Any:
    """A registrar of the district's registry, or of another office."""
    return factories.user("registrar", lines=["marriage"], office_id=office, **fields)


def other_office() -> Office:
    return Office.objects.create(code="430503HY2", name="大祥区第二婚姻登记处", division_id="430503")


def party(sex: str = "M", birth: date = date(1990, 5, 1), **fields: Any) -> PartyEntry:
    """Someone who has never been here, single and of this district."""
    defaults = {"name": factories.name(), "id_number": factories.id_number(birth, sex), "before": "single"}
    return PartyEntry(**{**defaults, "hukou": "大祥区", "hukou_local": True, **fields})


def entry(kind: str = Kind.MARRIAGE, on: date = DAY, **fields: Any) -> Entry:
    """An application in order: everything shown and declared."""
    defaults: dict[str, Any] = {
        "man": party("M"),
        "woman": party("F"),
        "papers": [one.code for one in papers_needed(kind, on) if one.needed],
        **dict.fromkeys(("both_present", "voluntary", "unrelated", "capable"), True),
        "agreement": kind == Kind.DIVORCE,
        "loss": "lost" if kind.startswith("reissue") else "",
    }
    return Entry(kind, **{**defaults, **fields})


def married(clerk: Any, on: date = DAY, **fields: Any) -> MarriageCase:
    """A couple married here on that day."""
    case = services.apply(entry(on=on, **fields), clerk, on=on)
    case = services.casework.move(case, "accept", clerk, on=on)
    services.issue(case, clerk, on=on)
    return fresh(case)


def divorcing(clerk: Any, on: date, couple: MarriageCase | None = None, **fields: Any) -> MarriageCase:
    """A couple that asked for a divorce: with its receipt since 2021, ready for its certificate before."""
    couple = couple or married(clerk, on=date(2015, 3, 2))
    man, woman = (as_typed(one) for one in couple.registration.both)
    made = entry(Kind.DIVORCE, on, man=man, woman=woman, **fields)
    case = services.apply(made, clerk, on=on)
    step = "receive" if on >= date(2021, 1, 1) else "accept"
    return fresh(services.casework.move(case, step, clerk, on=on))


def as_typed(one: Any, **fields: Any) -> PartyEntry:
    """A party of an earlier act, typed in again."""
    found = PartyEntry(one.name, one.id_number, hukou_local=True, before="")
    return replace(found, **fields)


def fresh(case: MarriageCase) -> MarriageCase:
    return MarriageCase.objects.select_related("registration__office").get(pk=case.pk)
