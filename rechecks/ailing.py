"""Severe disability and serious illness (单人保): by the registry, and by the list of 持证残疾人 if there is one."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from benefits.policy import parameter
from core.errors import UserError
from core.months import last_day, month_of
from rechecks.models import ListRow, OutsideList
from registry.models import DisabilityCertificate, DisabilityKind, Person
from registry.rules import read_certificate

KIND = "disability"
_GRADES = {
    word: grade for grade, words in enumerate(("1一壹Ⅰ", "2二贰Ⅱ", "3三叁Ⅲ", "4四肆Ⅳ"), 1) for word in words
}
_GRADE = re.compile(rf"[{''.join(_GRADES)}]")
_NEGATIVE = ("无", "没有", "未", "否", "非")


@dataclass(frozen=True)
class Disability:
    """Category and grade, and in words who says so."""

    kind: str
    grade: int
    source: str

    @property
    def words(self) -> str:
        return f"{DisabilityKind(self.kind).label}残疾 {self.grade} 级（{self.source}）"


@dataclass(frozen=True)
class Ailing:
    """One person's disability and illness as far as they are known."""

    disability: Disability | None
    illness: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """The member's facts of the assessment (contract §5)."""
        found: dict[str, Any] = {"serious_illness": True} if self.illness else {}
        if self.disability:
            found["disability"] = {"kind": self.disability.kind, "grade": self.disability.grade}
        return found

    @property
    def words(self) -> str:
        return "，".join(
            [
                *([self.disability.words] if self.disability else []),
                *([f"登记的健康状况：{self.illness}"] if self.illness else []),
            ]
        )


def read_row(data: dict[str, str]) -> tuple[str, int] | None:
    """Category and grade of a row of the list: as it names them, else as the certificate's number tells them (its last
    two figures). None where neither can be read."""
    said, number = str(data.get("残疾类别") or ""), data.get("残疾证号") or ""
    kind = next((str(one) for one in DisabilityKind if one.label in said), "")
    grade = _GRADE.search(str(data.get("残疾等级") or ""))
    if kind and grade:
        return kind, _GRADES[grade[0]]
    try:
        found = read_certificate(number)[0] if number else None
    except UserError:
        return None
    if found is None:
        return None
    return kind or found.kind, _GRADES[grade[0]] if grade else found.grade


def is_serious(health: str, words: Collection[str]) -> bool:
    """Whether the registered 健康状况 names a serious illness; “无重大疾病” does not."""
    text = health.strip()
    return not text.startswith(_NEGATIVE) and any(word in text for word in words)


def known(people: Collection[int], month: date, used: OutsideList | None) -> dict[int, Ailing]:
    """Person key → what is known, for those of whom anything is. Where the list names somebody, it counts; the
    gravest of several rows; a row dated after the month does not."""
    rows = {one.pk: one for one in Person.objects.filter(pk__in=people).only("id_number", "name", "health")}
    found = {
        one.person_id: Disability(one.kind, one.grade, "登记的残疾证")
        for one in DisabilityCertificate.objects.filter(person__in=people, until__isnull=True)
    }
    if used is not None:
        found.update(_listed(rows.values(), month, used))
    words = parameter("recheck.illness_words", month_of(month))
    ailing = {
        pk: Ailing(found.get(pk), one.health.strip() if is_serious(one.health, words) else "")
        for pk, one in rows.items()
    }
    return {pk: one for pk, one in ailing.items() if one.facts}


def _listed(people: Collection[Person], month: date, used: OutsideList) -> dict[int, Disability]:
    by_number = {one.id_number: one for one in people}
    found: dict[int, Disability] = {}
    for row in ListRow.objects.filter(list=used, id_number__in=list(by_number)).order_by("row_no"):
        read = read_row(row.data)
        if read is None or (row.day and row.day > last_day(month)):
            continue
        person = by_number[row.id_number]
        source = (
            "持证残疾人名单" if row.name == person.name else f"持证残疾人名单，名单上叫{row.name}，先核对"
        )
        held = found.get(person.pk)
        if held is None or read[1] < held.grade:
            found[person.pk] = Disability(*read, source)
    return found
