"""Printed forms of a case (受理、补正、决定通知书) as docx with the letterhead of the office that issues them.

A form is data: title, who issues it, when it exists, and a function from case to paragraphs. Service lines add theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from casework.services import today
from casework.workflow import flow_of
from core.letters import Letter
from core.templatetags.ui import day_words

Part = str | list[list[str]]
Body = Callable[[Any], list[Part]]


@dataclass(frozen=True)
class Paper:
    """A printed form. `body(case)` gives paragraphs and tables (lists of rows); `when(case)`: whether it exists yet."""

    kind: str
    title: str
    issuer: str
    body: Body
    when: Callable[[Any], bool]
    dated: Callable[[Any], Any]


DOCUMENTS: dict[str, Paper] = {}


def register(paper: Paper) -> None:
    DOCUMENTS[paper.kind] = paper


def papers_for(case: Any) -> list[Paper]:
    """The forms that this case can have printed now."""
    return [one for one in DOCUMENTS.values() if one.when(case)]


def township(case: Any) -> str:
    """乡镇人民政府 or 街道办事处 of the case."""
    name = case.division.parent.name
    return f"{name}办事处" if name.endswith("街道") else f"{name}人民政府"


def bureau(case: Any) -> str:
    """The district's 民政局."""
    division = case.division
    while division.parent is not None:
        division = division.parent
    return f"{division.name}民政局"


def begins_in_township(case: Any) -> bool:
    """Whether it is a case that a township takes; the papers of other lines are their own."""
    return "township_clerk" in flow_of(case).openers


def document(case: Any, kind: str) -> bytes:
    """The form as docx."""
    paper = DOCUMENTS[kind]
    issuer = bureau(case) if paper.issuer == "bureau" else township(case)
    letter = Letter(issuer)
    letter.title(paper.title)
    letter.line(f"编号：{case.number}", 14, center=True, after=12)
    letter.line(f"{case.subject}：", 16)
    for part in paper.body(case):
        if isinstance(part, str):
            letter.text(part)
        else:
            letter.table(part)
    letter.sign(issuer, day_words(paper.dated(case) or today()))
    return letter.content()


# -- forms of every line -------------------------------------------------------------------------------------


def _receipt(case: Any) -> list[str | list[list[str]]]:
    flow = flow_of(case)
    words: list[str | list[list[str]]] = [
        f"您于{day_words(timezone.localdate(case.opened_at))}提出的{flow.name}，材料齐全，现予受理。",
    ]
    if case.whole_due_on:
        words.append(
            f"本案将于{day_words(case.whole_due_on)}前办结。办理期间我们将核对家庭经济状况并入户调查，请予配合。"
        )
    return words


def _missing(case: Any) -> list[str | list[list[str]]]:
    event = case.events.filter(action="ask_materials").first()
    return [
        f"您提出的{flow_of(case).name}，经审查材料尚不齐全，现一次性告知需要补正的内容：",
        event.opinion if event else "",
        "请补齐后交回，我们收到后当日受理。",
    ]


register(
    Paper(
        "receipt",
        "受理通知书",
        "township",
        _receipt,
        lambda case: begins_in_township(case) and case.accepted_on is not None and bool(case.whole_due_on),
        lambda case: case.accepted_on,
    )
)
register(
    Paper(
        "missing",
        "补正材料一次性告知书",
        "township",
        _missing,
        lambda case: begins_in_township(case) and case.events.filter(action="ask_materials").exists(),
        lambda case: None,
    )
)
