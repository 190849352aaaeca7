"""The search box: by name, ID number or its last digits, phone, 户编号, village, pinyin or its initials.

Each way uses one index of its own and reads limit + 1 rows, so that a million persons answer at once; the user's area
stands in the same query.
"""

import re
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, Value
from django.db.models.functions import Right
from django.urls import reverse

from core.cells import narrow
from core.filters import mask
from core.places import Hit, HitGroup
from district.models import Division, DivisionLevel
from registry.models import Household, Membership, Person

LIMIT = 20
READERS = {"township_clerk", "township_leader", "bureau_officer", "finance", "leader", "auditor"}
_NUMBER = re.compile(r"^\d{3,17}[\dXx]$")
_LATIN = re.compile(r"^[A-Za-z]+$")


def person_conditions(text: str) -> list[Q]:
    """The ways in which one word may mean a person, most exact first; each is answered by an index."""
    word = narrow(text).strip()
    if not word:
        return []
    if _NUMBER.match(word):
        return _number_conditions(word.upper())
    if _LATIN.match(word):
        letters = word.lower()
        return [
            Q(initials=letters),
            Q(pinyin=letters),
            Q(initials__startswith=letters),
            Q(pinyin__startswith=letters),
        ]
    if len(word) == 1:
        return [Q(name__startswith=word)]
    if len(word) == 2:
        # Two characters in the middle hold no trigram; at either end of the name they do.
        return [Q(name=word), Q(name__startswith=word), Q(name__endswith=word)]
    return [Q(name__contains=word)]


def _number_conditions(number: str) -> list[Q]:
    if len(number) == 18:
        return [Q(id_number=number)]
    ways = []
    if len(number) == 15:
        ways.append(Q(id_number__startswith=f"{number[:6]}19{number[6:]}"))
    if number.isdigit() and len(number) >= 7:
        ways.append(Q(phone=number))
    tail = Q(id_tail=number[-4:])
    ways.append(tail if len(number) == 4 else tail & Q(id_number__endswith=number))
    if len(number) >= 10:
        ways.append(Q(id_number__startswith=number))
    return ways


def find_persons(user: Any, text: str, limit: int = LIMIT) -> list[Person]:
    """At most `limit` + 1 visible persons. Several words: a village's name among them narrows the others."""
    words = text.split()
    base = Person.objects.visible_to(user).select_related("division")
    base = base.alias(id_tail=Right("id_number", 4))
    if len(words) > 1:
        base, words = _inside_villages(user, base, words)
    found: dict[int, Person] = {}
    for condition in person_conditions("".join(words) if len(words) > 1 else words[0] if words else ""):
        rest = limit + 1 - len(found)
        if rest <= 0:
            break
        for person in base.filter(condition)[:rest]:
            found.setdefault(person.pk, person)
    return list(found.values())[: limit + 1]


def _inside_villages(user: Any, base: Any, words: list[str]) -> tuple[Any, list[str]]:
    rest = []
    for word in words:
        villages = find_villages(user, word) if len(word) > 1 else []
        if villages:
            base = base.filter(division_id__in=[one.pk for one in villages])
        else:
            rest.append(word)
    return base, rest


def find_villages(user: Any, text: str) -> list[Division]:
    """Visible villages and communities whose name contains the text."""
    villages = Division.objects.visible_to(user).filter(level=DivisionLevel.VILLAGE, name__contains=text)
    return list(villages.select_related("parent")[: LIMIT + 1])


def find_households(user: Any, text: str, limit: int = LIMIT) -> list[Household]:
    """Visible households whose number is, or begins with, the text."""
    number = narrow(text).strip()
    if len(number) < 2 or not re.match(r"^[\w-]+$", number, re.ASCII):
        return []
    base = Household.objects.visible_to(user).select_related("division")
    return list(base.filter(number__startswith=number)[: limit + 1])


def heads_of(households: list[Household]) -> dict[int, str]:
    """Names of the current heads, by household."""
    heads = Membership.objects.filter(household__in=households, until=None, relation="head")
    return dict(heads.values_list("household_id", "person__name"))


def persons(user: Any, text: str) -> HitGroup | None:
    """For `core.places.search`."""
    if user.role not in READERS:
        return None
    found = find_persons(user, text)
    hits = [
        Hit(
            title=person.name,
            url=person.get_absolute_url(),
            facts=f"{mask(person.id_number)} · {person.division.name} · {person.birth_date:%Y-%m-%d}",
            tag="已故" if person.death_date else "",
        )
        for person in found[:LIMIT]
    ]
    more = f"{reverse('registry:persons')}?{urlencode({'q': text})}" if len(found) > LIMIT else ""
    return HitGroup("居民", hits, more)


def households(user: Any, text: str) -> HitGroup | None:
    """For `core.places.search`."""
    if user.role not in READERS:
        return None
    found = find_households(user, text)
    heads = heads_of(found)
    hits = [
        Hit(
            title=f"户 {one.number}",
            url=one.get_absolute_url(),
            facts=f"{heads.get(one.pk, '无户主')} · {one.division.name}",
        )
        for one in found[:LIMIT]
    ]
    more = f"{reverse('registry:households')}?{urlencode({'q': text})}" if len(found) > LIMIT else ""
    return HitGroup("家庭", hits, more)


def villages(user: Any, text: str) -> HitGroup | None:
    """For `core.places.search`."""
    if user.role not in READERS or len(text) < 2:
        return None
    hits = [
        Hit(
            title=one.name,
            url=f"{reverse('registry:persons')}?{urlencode({'division': one.pk})}",
            facts=one.parent.name if one.parent else "",
        )
        for one in find_villages(user, text)[:LIMIT]
    ]
    return HitGroup("村（社区）", hits)


def narrowed(queryset: Any, text: str) -> Any:
    """A list of persons narrowed to a search text (for the list's filter, which pages and sorts)."""
    words = text.split()
    condition = Q()
    for way in person_conditions("".join(words)):
        condition |= way
    if not condition:
        return queryset.filter(Value(False))
    return queryset.alias(id_tail=Right("id_number", 4)).filter(condition)
