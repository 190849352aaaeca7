"""Printed forms of a case (受理、补正、决定通知书) as docx with the letterhead of the office that issues them.

A form is data: title, who issues it, when it exists, and a function from case to paragraphs. Service lines add theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from casework.services import today
from casework.workflow import flow_of
from core.letters import Facts, Letter
from core.templatetags.ui import day_words

Part = str | list[list[str]]
Body = Callable[[Any], list[Part]]


@dataclass(frozen=True)
class Paper:
    """A printed form. `body(case)` gives paragraphs, tables (lists of rows, heading first) and `Facts` (label, value);
    `when(case)`: whether it exists yet; `dated(case)`: its day, None for today."""

    kind: str
    title: str
    issuer: str
    body: Body
    when: Callable[[Any], bool]
    dated: Callable[[Any], Any]
    # Kept in the file instead of being handed out: no letterhead, no addressee.
    is_form: bool = False
    # Who signs above the office, a line each.
    signers: tuple[str, ...] = ()


DOCUMENTS: dict[str, Paper] = {}


def register(paper: Paper) -> None:
    DOCUMENTS[paper.kind] = paper


def papers_for(case: Any) -> list[Paper]:
    """The forms that this case can have printed now."""
    return [one for one in DOCUMENTS.values() if one.when(case)]


def office_name(township: Any) -> str:
    """乡镇人民政府 or 街道办事处 of a township."""
    return f"{township.name}{'办事处' if township.name.endswith('街道') else '人民政府'}"


def township(case: Any) -> str:
    """The office of the case's township."""
    return office_name(case.division.parent)


def bureau(case: Any) -> str:
    """The district's 民政局."""
    division = case.division
    while division.parent is not None:
        division = division.parent
    return f"{division.name}民政局"


def begins_in_township(case: Any) -> bool:
    """Whether it is a case that a township takes; the papers of other lines are their own."""
    return "township_clerk" in flow_of(case).openers


def remedy(paper: str) -> str:
    """How one may contest the decision that the paper (通知书, 决定书) tells: 行政复议法, 行政诉讼法."""
    return (
        f"如对本决定不服，可自收到本{paper}之日起六十日内向本级人民政府申请行政复议，"
        "或者六个月内向人民法院提起行政诉讼。"
    )


def addressee(case: Any) -> str:
    """To whom a paper of the case is written: nobody writes to the dead, but to who buries them or their family."""
    if case.person is None or case.person.death_date is None:
        return str(case.subject)
    heir = getattr(case, "funeral_payee", None)
    return heir.name if heir else f"{case.subject}亲属"


def document(case: Any, kind: str) -> bytes:
    """The form as docx."""
    paper = DOCUMENTS[kind]
    issuer = bureau(case) if paper.issuer == "bureau" else township(case)
    letter = Letter("" if paper.is_form else issuer, number=case.number)
    letter.title(paper.title)
    if paper.is_form:
        letter.subtitle(f"编号：{case.number}")
    else:
        letter.addressee(addressee(case))
    for part in paper.body(case):
        if isinstance(part, Facts):
            letter.facts(part)
        elif isinstance(part, str):
            letter.text(part)
        else:
            letter.table(part)
    if paper.signers:
        letter.signatures(*paper.signers)
    letter.sign(issuer, day_words(paper.dated(case) or today()))
    return letter.content()


# -- forms of every line -------------------------------------------------------------------------------------


def _receipt(case: Any) -> list[str | list[list[str]]]:
    flow = flow_of(case)
    words: list[str | list[list[str]]] = [
        f"您于{day_words(timezone.localdate(case.opened_at))}提出的{flow.formal or flow.name}，材料齐全，现予受理。",
    ]
    if case.whole_due_on:
        words.append(
            f"本案将于{day_words(case.whole_due_on)}前办结。办理期间我们将核对家庭经济状况并入户调查，请予配合。"
        )
    return words


def _missing(case: Any) -> list[str | list[list[str]]]:
    flow, event = flow_of(case), case.events.filter(action="ask_materials").first()
    return [
        f"您提出的{flow.formal or flow.name}，经审查材料尚不齐全，现一次性告知需要补正的内容：",
        event.opinion if event else "",
        "请补齐后交回，我们收到后当日受理。",
    ]


def _visit(case: Any) -> list[str | list[list[str]]]:
    """入户调查记录表, one table a visit: the day, both who went, what they saw."""
    parts: list[str | list[list[str]]] = []
    for one in case.visits.order_by("visited_on", "id"):
        parts.append(
            Facts(
                [
                    ["对象", f"{case.subject}（{case.division.parent.name}{case.division.name}）"],
                    ["调查日期", day_words(one.visited_on)],
                    ["调查人员", "、".join(one.visitors)],
                    ["住房情况", one.housing or "—"],
                    ["生活状况", one.living],
                    ["备注", one.remark or "—"],
                    ["在场签字人", one.signed_by],
                ]
            )
        )
    return parts


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
register(
    Paper(
        "visit",
        "入户调查记录表",
        "township",
        _visit,
        lambda case: begins_in_township(case) and case.visits.exists(),
        lambda case: case.visits.order_by("visited_on").last().visited_on,
        is_form=True,
        signers=("被调查人（签名并按指纹）：", "调查人员：", "调查人员："),
    )
)
