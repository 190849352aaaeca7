"""项目之间的关系: the compatibility matrix as a page, and what it means for what a person holds now."""

from dataclasses import dataclass
from typing import Any

from benefits import compatibility, queries
from benefits.compatibility import VERDICTS, Cell
from benefits.conflicts import TONES
from benefits.models import Entitlement, Programme
from core.pages import TemplatePage
from registry.search import READERS


@dataclass(frozen=True)
class Square:
    """A cell as it is drawn; without a rule the two have nothing to do with each other."""

    held: str
    asked: str
    rule: Cell | None

    @property
    def key(self) -> str:
        return f"{self.held}-{self.asked}"

    @property
    def label(self) -> str:
        return VERDICTS[self.rule.verdict] if self.rule else ""

    @property
    def tone(self) -> str:
        return TONES[self.rule.verdict] if self.rule else ""

    @property
    def names(self) -> tuple[str, str]:
        known = compatibility.names()
        return known[self.held], known[self.asked]


def squares() -> list[tuple[str, str, list[Square]]]:
    """Row by row `(family held, its name, its squares)`, columns in the same order."""
    known = compatibility.names()
    return [
        (held, name, [Square(held, asked, compatibility.matrix().get((held, asked))) for asked in known])
        for held, name in known.items()
    ]


class CompatibilityPage(TemplatePage):
    """Every cell with its verdict, and below it its ground and note; families without a programme yet are marked."""

    title, template_name = "项目之间的关系", "benefits/compatibility.html"
    roles = READERS
    crumbs = [("工作台", "/"), ("查询统计", ""), ("项目之间的关系", "")]

    def facts(self, request: Any) -> list[Any]:
        return ["行是已经享受的，列是新申请的", "临时救助、丧葬补助与各项都可兼得"]

    def data(self, request: Any) -> dict[str, Any]:
        running = {compatibility.families().get(code) for code in _running()}
        rows = squares()
        return {
            "names": compatibility.short_names(),
            "rows": rows,
            "running": running,
            "cells": [one for _, _, line in rows for one in line if one.rule],
            "legend": [(label, TONES[verdict], MEANINGS[verdict]) for verdict, label in VERDICTS.items()],
        }


MEANINGS = {
    "ok": "两项可以同时享受",
    "no": "已享受的先停发，才能批准新申请的",
    "replaces": "批准新申请的，已享受的同时停发；家庭低保的，本人退出、其余成员重新核定",
    "ends": "批准新申请的，已享受的同时停发",
    "difference": "可以同时享受，其中一项按差额计发",
    "higher": "两项只发金额较高的一项",
}


def _running() -> list[str]:
    return list(Programme.objects.filter(is_active=True).values_list("code", flat=True))


def barred_panel(request: Any, obj: Any) -> Any:
    """For what a person holds now (or for one entitlement): which programmes are barred by it, or take its place."""
    if obj._meta.model_name == "entitlement":
        held = [] if obj.is_void or queries.state_of(obj)[1] == "end" else [obj]
    else:
        rows = Entitlement.objects.visible_to(request.user).filter(queries.live(), is_one_off=False)
        held = list(rows.filter(pk__in=obj.coverage.values("entitlement")).select_related("programme"))
    shown = [(one, lines) for one in _first_of_each(held) if (lines := _barred_by(one.programme))]
    return ("benefits/barred.html", {"rows": shown}) if shown else None


def _first_of_each(held: list[Entitlement]) -> list[Entitlement]:
    """One of each family: basic and care of 特困 bar the same."""
    known = compatibility.families()
    return list({known.get(one.programme_id, one.programme_id): one for one in held}.values())


def _barred_by(programme: Programme) -> list[tuple[str, Square]]:
    """The families of running programmes that do not simply stand beside this one, with the square that says so."""
    known, names = compatibility.families(), compatibility.names()
    found: dict[str, Square] = {}
    for code in _running():
        rule = compatibility.ruling(programme.pk, code)
        if rule and rule.verdict != "ok" and known[code] != known[programme.pk]:
            found.setdefault(known[code], Square(known[programme.pk], known[code], rule))
    return [(names[family], square) for family, square in found.items()]
