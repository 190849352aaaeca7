"""What a person holds already against what is asked for, in words: which cell of the matrix speaks, why, and the lawful
way. Pages, importers, the granting itself and the refusals of the database all speak with these sentences."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import reverse

from benefits import compatibility, replacing
from benefits.compatibility import VERDICTS, Cell
from benefits.models import Entitlement, EntitlementMember, Programme
from benefits.queries import overlapping
from core.months import format_month
from registry.models import Person

TONES = {"no": "bad", "replaces": "warn", "ends": "warn", "higher": "warn", "difference": "go", "ok": "ok"}


@dataclass(frozen=True)
class HeldConflict:
    """One thing that a person holds, and what the rules say when `asked` comes beside it (never `ok`)."""

    person: Person
    held: Entitlement
    asked: Programme
    rule: Cell
    first_month: date
    way: str

    @property
    def verdict(self) -> str:
        return self.rule.verdict

    @property
    def label(self) -> str:
        """The verdict in a word, for the tag."""
        return VERDICTS[self.rule.verdict]

    @property
    def tone(self) -> str:
        return TONES[self.rule.verdict]

    @property
    def basis(self) -> str:
        return self.rule.basis

    @property
    def note(self) -> str:
        return self.rule.note

    @property
    def url(self) -> str:
        """The page of what is held, where it can be ended or changed."""
        return self.held.get_absolute_url()

    @property
    def matrix_url(self) -> str:
        """The cell in the drawn matrix."""
        return f"{reverse('benefits:compatibility')}#{self.rule.held}-{self.rule.asked}"

    @property
    def bars(self) -> bool:
        """Whether nothing can be granted before what is held has been ended by its own decision."""
        return self.rule.verdict == "no"

    @property
    def since(self) -> str:
        """王秀英 自 2020-01 起已享受城市低保（户编号 …）."""
        home = f"（户编号 {self.held.household.number}）" if self.held.household else ""
        until = f"，至 {format_month(self.held.last_month)}" if self.held.last_month else ""
        return f"{self.person} 自 {format_month(self.held.first_month)} 起{until}已享受{self.held.programme}{home}"

    @property
    def sentence(self) -> str:
        """The whole: who holds what since when, which cell says what, on what ground, and the way out."""
        words = {
            "no": "不能同时享受" if self.held.programme_id != self.asked.pk else "不能重复享受",
            "replaces": f"与{self.asked}不能同时发放",
            "ends": f"与{self.asked}不能同时发放",
            "higher": f"与{self.asked}就高享受一项",
            "difference": f"与{self.asked}按差额计发",
        }[self.rule.verdict]
        if self.rule.verdict == "no" and self.held.programme_id != self.asked.pk:
            words += str(self.asked)
        note = f"：{self.rule.note}" if self.rule.note else ""
        return f"{self.since}，{words}{note}（依据：{self.rule.basis}）。{self.way}。"


def coverage(people: Iterable[int], first: date, last: date | None = None) -> Any:
    """The living coverage of persons that shares a month with `first`…`last` (open when None), oldest first; one-off
    money stands beside everything and is left out."""
    rows = EntitlementMember.objects.filter(person__in=people, is_void=False, entitlement__is_one_off=False)
    return (
        overlapping(rows, first, last)
        .select_related("person", "entitlement__programme", "entitlement__household", "entitlement__person")
        .order_by("first_month", "id")
    )


def conflicts_for(
    people: Iterable[Person | int], programme: Programme | str, month: date, *, without: Iterable[int] = ()
) -> list[HeldConflict]:
    """What persons hold in `month` or later that does not simply stand beside `programme` beginning then.

    `without`: keys of entitlements that don't count (the one that a change is about). Holdings of the same programme
    are named too, where the matrix bars them.
    """
    asked = Programme.objects.get(pk=programme) if isinstance(programme, str) else programme
    if asked.is_one_off:
        return []
    keys = [one if isinstance(one, int) else one.pk for one in people]
    ignored = set(without)
    found = []
    for row in coverage(keys, month):
        rule = compatibility.ruling(row.entitlement.programme_id, asked.pk)
        if rule is None or rule.verdict == "ok" or row.entitlement_id in ignored:
            continue
        found.append(conflict(row, asked, rule, month))
    return found


def conflict(row: EntitlementMember, asked: Programme, rule: Cell, month: date) -> HeldConflict:
    """The coverage and the cell as one thing to show."""
    held: Any = row.entitlement
    one = HeldConflict(row.person, held, asked, rule, month, "")
    return replace(one, way=_way(one))


def _way(one: HeldConflict) -> str:
    """The lawful way from here: end it, let it be replaced, pay the difference, take the higher."""
    held, asked, month = one.held.programme, one.asked, format_month(one.first_month)
    if one.rule.verdict == "difference":
        return "两项可以同时享受，其中一项按扣除另一项后的差额计发"
    if one.rule.verdict == "higher":
        return (
            f"只发较高的一项：{asked}高于现享受的每月 {one.held.monthly_amount:,.2f} 元时，批准后自 {month} 起停发"
            f"{held}；不高于时不予批准"
        )
    if one.rule.verdict in ("replaces", "ends"):
        return replacing.foresee(one.held, one.person, asked, one.first_month)
    if held.pk == asked.pk or held.group == asked.group:
        return f"情况有变化的办理{held}变更；确需由另一户或另一项目保障的，先停发现在这一份"
    return f"确需改享{asked}的，先办理停发{held}，{asked}自停发的次月起"
