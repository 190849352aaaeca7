"""Which programmes stand beside one another (兼得、互斥、替代): the matrix is data, each cell with its legal basis."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benefits.facts import Item

DATA = Path(__file__).resolve().parent / "data" / "compatibility.json"


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
