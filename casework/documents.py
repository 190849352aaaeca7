"""Printed forms of a case (受理、补正、决定通知书) as docx with the letterhead of the office that issues them.

A form is data: title, who issues it, when it exists, and a function from case to paragraphs. Service lines add theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.utils import timezone
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from casework.services import today
from casework.workflow import flow_of
from core.templatetags.ui import day_words

Body = Callable[[Any], list[str | list[list[str]]]]


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
    return f"{case.division.parent.parent.name}民政局"


def document(case: Any, kind: str) -> bytes:
    """The form as docx."""
    paper = DOCUMENTS[kind]
    issuer = bureau(case) if paper.issuer == "bureau" else township(case)
    made = _blank()
    _line(made, issuer, 26, bold=True, red=True, center=True)
    _rule(made)
    _line(made, paper.title, 22, bold=True, center=True, before=18, after=6)
    _line(made, f"编号：{case.number}", 14, center=True, after=12)
    _line(made, f"{case.person.name}：", 16)
    for part in paper.body(case):
        if isinstance(part, str):
            _line(made, part, 16, indent=True)
        else:
            _table(made, part)
    _line(made, issuer, 16, right=True, before=36)
    _line(made, day_words(paper.dated(case) or today()), 16, right=True)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _blank() -> Any:
    made = Document()
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(28)
    section.top_margin, section.bottom_margin = Mm(30), Mm(26)
    style = made.styles["Normal"]
    style.font.name = "仿宋"
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    return made


def _line(
    made: Any,
    text: str,
    size: int,
    *,
    bold: bool = False,
    red: bool = False,
    center: bool = False,
    right: bool = False,
    indent: bool = False,
    before: int = 0,
    after: int = 0,
) -> Any:
    paragraph = made.add_paragraph()
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(size), bold
    if red:
        run.font.color.rgb = RGBColor(0xC0, 0x00, 0x00)
    form = paragraph.paragraph_format
    form.line_spacing, form.space_before, form.space_after = 1.5, Pt(before), Pt(after)
    if indent:
        form.first_line_indent = Pt(size * 2)
    if center or right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if center else WD_ALIGN_PARAGRAPH.RIGHT
    return paragraph


def _rule(made: Any) -> None:
    """The red line under the letterhead."""
    paragraph = made.add_paragraph()
    borders = paragraph._p.get_or_add_pPr().makeelement(qn("w:pBdr"), {})
    line = borders.makeelement(
        qn("w:bottom"), {qn("w:val"): "single", qn("w:sz"): "16", qn("w:space"): "1", qn("w:color"): "C00000"}
    )
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)
    paragraph.paragraph_format.space_after = Pt(0)


def _table(made: Any, rows: list[list[str]]) -> None:
    table = made.add_table(rows=0, cols=len(rows[0]))
    table.style = "Table Grid"
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(12)


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
        lambda case: case.accepted_on is not None and bool(case.whole_due_on),
        lambda case: case.accepted_on,
    )
)
register(
    Paper(
        "missing",
        "补正材料一次性告知书",
        "township",
        _missing,
        lambda case: case.events.filter(action="ask_materials").exists(),
        lambda case: None,
    )
)
