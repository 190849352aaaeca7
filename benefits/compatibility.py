"""Which programmes stand beside one another (兼得、互斥、替代): the matrix is data, each cell with its legal basis.

A pair of programmes that may never be live together has a number in the data (`barred`). A programme carries the
numbers of all its pairs (`Programme.exclusions`), so that two programmes are barred from one another exactly when they
share a number: that is what the database's exclusion constraint over covered persons compares.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benefits.facts import Item

DATA = Path(__file__).resolve().parent / "data" / "compatibility.json"
VERDICTS = {
    "ok": "可兼得",
    "no": "不可兼得",
    "replaces": "替代",
    "ends": "停发原项",
    "difference": "补差额",
    "higher": "就高",
}
# What keeps two programmes apart, and what lets them stand together.
BARRING = frozenset({"no", "replaces", "ends", "higher"})
STANDING = frozenset({"ok", "difference"})


@dataclass(frozen=True)
class Cell:
    """`held` is received already, `asked` is applied for. Verdict ok, no, replaces, ends, difference or higher."""

    held: str
    asked: str
    verdict: str
    basis: str
    note: str = ""


@cache
def _data() -> dict[str, Any]:
    return json.loads(DATA.read_text(encoding="utf-8"))


@cache
def families() -> dict[str, str]:
    """Programme code → family of the matrix (dibao_urban and dibao_rural are one)."""
    return {code: name for name, family in _data()["families"].items() for code in (*family["codes"], name)}


@cache
def names() -> dict[str, str]:
    """Family → its Chinese name."""
    return {name: family["name"] for name, family in _data()["families"].items()}


@cache
def short_names() -> dict[str, str]:
    """Family → its name for the head of a narrow column."""
    return {name: family["short"] for name, family in _data()["families"].items()}


@cache
def matrix() -> dict[tuple[str, str], Cell]:
    """All cells by (family held, family asked)."""
    cells = [Cell(**cell) for cell in _data()["cells"]]
    return {(cell.held, cell.asked): cell for cell in cells}


def cell(held: str, asked: str) -> Cell | None:
    """What the rules say about two programme codes; None where they have nothing to do with each other.

    A cell for a single code (tekun_basic) stands before that of its family.
    """
    known = families()
    if held not in known or asked not in known:
        return None
    for asked_key in (asked, known[asked]):
        found = matrix().get((known[held], asked_key))
        if found:
            return found
    return None


def ruling(held: str, asked: str) -> Cell | None:
    """What holds when `asked` is to begin beside `held`: their cell, or where the matrix has none the one of the other
    order, since who may not get B beside A may not get A beside B either (and has to end it first)."""
    found = cell(held, asked)
    mirrored = cell(asked, held)
    if found or mirrored is None or not forbidden(held, asked):
        return found
    verdict = "higher" if mirrored.verdict == "higher" else "no"
    known = families()
    return Cell(known[held], known[asked], verdict, mirrored.basis, mirrored.note)


def forbidden(one: str, other: str) -> bool:
    """Whether two programmes are never live together for one person, whichever came first.

    So where a cell of either order bars them and none lets them stand together (`ok`, `difference`).
    """
    verdicts = {found.verdict for found in (cell(one, other), cell(other, one)) if found}
    return bool(verdicts & BARRING) and not verdicts & STANDING


@cache
def barred() -> dict[int, tuple[str, str]]:
    """Number of a barred pair → its two parties, each a programme code or a family. Numbers are never used again."""
    return {pair["number"]: tuple(pair["between"]) for pair in _data()["barred"]}


def exclusions(code: str) -> list[int]:
    """The numbers of all barred pairs that the programme is a party of."""
    parties = {code, families().get(code, code)}
    return sorted(number for number, pair in barred().items() if parties & set(pair))


def set_exclusions(programmes: Any) -> None:
    """Write every programme's numbers as the data file has them; for data migrations, after adding programmes or
    changing the matrix: `set_exclusions(apps.get_model("benefits", "Programme"))`.

    The copies with covered persons follow by trigger where that makes no pair; a pair that is live already keeps its
    old copies, and every run of either programme names it.
    """
    for row in programmes.objects.all():
        numbers = exclusions(row.code)
        if row.exclusions != numbers:
            programmes.objects.filter(code=row.code).update(exclusions=numbers)


def conflicts(item: Item) -> list[dict[str, Any]]:
    """What the members' holdings mean for this item: one entry a programme held, `ok` left out.

    For household programmes every member's holding of the same group counts, since the household gets it only once, and
    other holdings count for the members covered; for person programmes the applicant's alone.
    """
    asked_family = families().get(item.programme)
    household = asked_family == "dibao"
    found: dict[str, dict[str, Any]] = {}
    for place, member in enumerate(item.members):
        for held in member.holds:
            same = families().get(held) == asked_family
            covered = place == 0 or (household and not item.single)
            if not covered and not (household and same):
                continue
            rule = cell(held, item.programme)
            if rule is None or rule.verdict == "ok":
                continue
            entry = found.setdefault(
                held,
                {
                    "held": held,
                    "asked": item.programme,
                    "verdict": rule.verdict,
                    "basis": rule.basis,
                    "text": _text(held, rule),
                    "members": [],
                },
            )
            entry["members"].append(member.ref)
    return list(found.values())


def _text(held: str, rule: Cell) -> str:
    name = names()[families()[held]]
    words = {
        "no": f"已享受{name}，不能同时享受",
        "replaces": f"批准后替代已享受的{name}",
        "ends": f"批准后停发已享受的{name}",
        "difference": f"与已享受的{name}按差额计发",
        "higher": f"与已享受的{name}按就高原则只发一项",
    }
    return f"{words[rule.verdict]}（{rule.note}）" if rule.note else words[rule.verdict]
