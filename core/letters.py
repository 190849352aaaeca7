"""Printed papers as docx, set as the offices are used to: the letter form of GB/T 9704—2012 (信函格式), and forms.

An issued paper has the office's name in red over a double rule, the number under it at the right, the name of the
paper in size 2, the text in size 3 仿宋 at 28 points, issuer and day below it with room for the seal. A form has
no letterhead. Fonts are named as government computers have them; `core.fonts` names what else will do.
"""

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from core.fonts import BODY, HEADING, SMALL, TITLE, font, set_defaults

RED = RGBColor(0xC0, 0x00, 0x00)
A4, A4_WIDE = (210, 297), (297, 210)
# Left, right, top, bottom in mm. Issued: 28 left and a text 156 wide (5.2.1), the mark 30 below the edge (10.1).
ISSUED, PLAIN = (28, 26, 30, 35), (24, 24, 25, 22)
RULE_MM = 170
LINE_PT = 28
MM_A_PT = 0.3528
CELL_MM = 4
SHORT_ROWS = 9
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
_WIDE = r"\u2e80-\u9fff\u3000-\u303f\uff00-\uffef"
_GAP = re.compile(rf"(?<=[{_WIDE}]) +(?=[0-9A-Za-z])|(?<=[0-9A-Za-z%.]) +(?=[{_WIDE}])")
_NUMBER = re.compile(r"[−+-]?[\d,]+(\.\d+)?%?")
_WORD = re.compile(r"[\x21-\x7e]+")


class Facts(list[list[str]]):
    """Rows of label and value: a table without a heading row."""


class Letter:
    """One paper, written from top to bottom. Without an issuer it has no letterhead (a form, a certificate).

    `page`: width and height in mm; `margins`: left/right and top/bottom in mm, else as GB/T 9704 sets them;
    `number` stands under the red rule; `paged`: 第 x 页 共 y 页 below each page (lists).
    """

    def __init__(
        self,
        issuer: str = "",
        page: tuple[int, int] = A4,
        margins: tuple[int, int] | None = None,
        *,
        number: str = "",
        paged: bool = False,
    ):
        self.docx: Any = Document()
        set_defaults(self.docx)
        section = self.docx.sections[0]
        section.page_width, section.page_height = Mm(page[0]), Mm(page[1])
        if page[0] > page[1]:
            section.orientation = WD_ORIENT.LANDSCAPE
        both = (margins[0], margins[0], margins[1], margins[1]) if margins else None
        left, right, top, bottom = both or (ISSUED if issuer else PLAIN)
        section.left_margin, section.right_margin = Mm(left), Mm(right)
        section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
        section.header_distance, section.footer_distance = (
            Mm(10),
            Mm(min(20, bottom - 8) if bottom > 12 else 0),
        )
        self.width = page[0] - left - right
        self.issuer, self.name = issuer, ""
        if issuer:
            self._letterhead(issuer, number)
        elif paged:
            self._page_numbers(section.footer.paragraphs[0])

    # -- text -------------------------------------------------------------------------------------------------

    def title(self, text: str, size: int = 22) -> None:
        """The paper's name."""
        self.name = self.name or text
        before = 24 if self.issuer else 0
        self.line(text, size, face=TITLE, center=True, before=before, after=18, keep=True, lead=size * 1.4)

    def subtitle(self, text: str) -> None:
        """Number, place or day under the name."""
        self.line(text, 14, center=True, after=8, keep=True)

    def addressee(self, text: str) -> None:
        """Whom the paper tells, at the left margin and with a colon."""
        self.line(f"{text}：", 16, keep=True)

    def text(self, text: str, size: int = 16) -> None:
        """The body, indented by two characters; each line of the text is a paragraph of its own."""
        for one in text.splitlines() or [""]:
            self.line(one, size, indent=True, justify=True)

    def line(
        self,
        text: str,
        size: float,
        *,
        face: str = BODY,
        bold: bool = False,
        red: bool = False,
        center: bool = False,
        right: bool = False,
        justify: bool = False,
        indent: bool = False,
        before: float = 0,
        after: float = 0,
        lead: float = 0,
        keep: bool = False,
    ) -> Any:
        """A paragraph in points of `size`, `lead` points from line to line; `keep`: on one page with what follows."""
        paragraph = self.docx.add_paragraph()
        run = paragraph.add_run(closed(text))
        font(run, face, size)
        run.bold = bold or None
        if red:
            run.font.color.rgb = RED
        form = paragraph.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(lead or _lead(size))
        form.space_before, form.space_after, form.keep_with_next = Pt(before), Pt(after), keep or None
        if indent:
            form.first_line_indent = Pt(size * 2)
        how = "center" if center else "right" if right else "justify" if justify else "left"
        paragraph.alignment = ALIGN[how]
        return paragraph

    # -- tables -----------------------------------------------------------------------------------------------

    def table(
        self,
        rows: Sequence[Sequence[str]],
        size: int = 0,
        widths: Sequence[float] = (),
        *,
        head: bool = True,
        center: Sequence[int] = (),
        lead: float = 0,
    ) -> None:
        """A ruled table over the width of the text; its first row is the heading, repeated on every page.

        `widths` of the columns in mm, else as their words need; `size` in points, else 14 where it fits and 12;
        `center`: columns to be centred (numbers stand at the right by themselves); `lead`: least height in mm.
        """
        rows = [[closed(cell) for cell in row] for row in rows]
        size = size or (14 if sum(_needs(rows, 14)) <= self.width else 12)
        sizes = list(widths) or columns(rows, size, self.width)
        sides = ["center" if place in center else _side(rows, place, head) for place in range(len(rows[0]))]
        table = self._table(len(rows[0]), sizes)
        for row_no, row in enumerate(rows):
            is_head = head and row_no == 0
            made = self._row(table, lead)
            if is_head:
                _mark(made._tr.get_or_add_trPr(), "tblHeader")
            for place, (cell, text) in enumerate(zip(made.cells, row, strict=True)):
                cell.width = Mm(sizes[place])
                _fill(cell, text, HEADING if is_head else BODY, size, "center" if is_head else sides[place])
        self._after_table(table)

    def facts(
        self, rows: Sequence[Sequence[str]], size: int = 14, widths: Sequence[float] = (), lead: float = 0
    ) -> None:
        """Labels (every other column) and values, without a heading row."""
        rows = [[closed(cell) for cell in row] for row in rows]
        sizes = list(widths) or _fact_columns(rows, size, self.width)
        table = self._table(len(rows[0]), sizes)
        for row in rows:
            for place, (cell, text) in enumerate(zip(self._row(table, lead).cells, row, strict=True)):
                cell.width = Mm(sizes[place])
                face = BODY if place % 2 else HEADING
                _fill(cell, text, face, size, "left" if place % 2 else "center")
        self._after_table(table)

    def _table(self, count: int, sizes: Sequence[float]) -> Any:
        before = self.docx.paragraphs[-1].paragraph_format if self.docx.paragraphs else None
        if before is not None:
            before.space_after, before.keep_with_next = max(before.space_after or 0, Pt(4)), True
        table = self.docx.add_table(rows=0, cols=count)
        table.style, table.autofit, table.alignment = "Table Grid", False, WD_TABLE_ALIGNMENT.CENTER
        for column, size in zip(table.columns, sizes, strict=True):
            column.width = Mm(size)
        return table

    def _row(self, table: Any, lead: float) -> Any:
        row = table.add_row()
        _mark(row._tr.get_or_add_trPr(), "cantSplit")
        if lead:
            row.height = Mm(lead)
        return row

    def _after_table(self, table: Any) -> None:
        """A short table stays on one page. A thin gap, or the next line would stick to the table."""
        rows = table._tbl.tr_lst
        for row in rows[:-1] if len(rows) <= SHORT_ROWS else ():
            for paragraph in row.iter(qn("w:p")):
                _keep(paragraph)
        self.line("", 4, lead=8)

    # -- end of a paper ---------------------------------------------------------------------------------------

    def sign(self, issuer: str, day: str) -> None:
        """Who issues it and when: four characters from the right, the issuer centred over the day (7.3.5.1), with room
        for the seal; never alone on a page."""
        self.keep_end()
        day = closed(day)
        half = (_ems(issuer) - _ems(day)) / 2
        inner = max(4, half)
        first = self.line(issuer, 16, right=True, before=LINE_PT * 1.5, keep=True)
        first.paragraph_format.right_indent = Pt(16 * (inner - half))
        last = self.line(day, 16, right=True)
        last.paragraph_format.right_indent = Pt(16 * inner)

    def signatures(self, *who: str, dated: bool = True, size: int = 14, before: float = 14) -> None:
        """A line to sign on for each, with its day."""
        self.keep_end()
        for place, one in enumerate(who):
            last = place == len(who) - 1
            words = f"{one}\t" + ("　　年　　月　　日" if dated else "")
            line = self.line(words, size, before=before, keep=not last)
            stops = line.paragraph_format.tab_stops
            room = self.width - (9 * size * MM_A_PT + 2 if dated else 0)
            stops.add_tab_stop(Mm(room), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.LINES)

    def keep_end(self) -> None:
        """What was written last stays on one page with what follows: a paragraph, or the last rows of a table."""
        body = self.docx.element.body
        found = [one for one in body.iterchildren() if one.tag in (qn("w:p"), qn("w:tbl"))][-2:]
        for one in found:
            lines = [one] if one.tag == qn("w:p") else list(one.iterchildren(qn("w:tr")))[-2:]
            for line in lines:
                for paragraph in [line] if line.tag == qn("w:p") else line.iter(qn("w:p")):
                    _keep(paragraph)

    def next(self, number: str = "") -> None:
        """The next paper of the same kind on a page of its own, with its letterhead again."""
        section = self.docx.add_section(WD_SECTION.NEW_PAGE)
        if section._sectPr.find(qn("w:pgNumType")) is None:
            start = OxmlElement("w:pgNumType")
            start.set(qn("w:start"), "1")
            section._sectPr.find(qn("w:cols")).addprevious(start)
        if self.issuer:
            self._mark_line(self.issuer)
            self._under_rule(number)

    def content(self) -> bytes:
        """The docx file."""
        about = self.docx.core_properties
        about.author = about.last_modified_by = self.issuer
        about.title, about.comments = self.name, ""
        out = BytesIO()
        self.docx.save(out)
        return out.getvalue()

    # -- letterhead and foot ----------------------------------------------------------------------------------

    def _letterhead(self, issuer: str, number: str) -> None:
        section = self.docx.sections[0]
        section.different_first_page_header_footer = True
        self._mark_line(issuer)
        self._under_rule(number)
        foot = section.first_page_footer.paragraphs[0]
        font(foot.add_run(" "), SMALL, 1)
        self._rule(foot, "bottom", "thinThickSmallGap")
        self._page_numbers(section.footer.paragraphs[0], "— {} —")

    def _mark_line(self, issuer: str) -> None:
        size = min(30, self.width / MM_A_PT / max(_ems(issuer), 1))
        mark = self.line(issuer, size, face=TITLE, red=True, center=True, lead=size * 1.4, keep=True)
        mark.paragraph_format.space_after = Pt(2)
        self._rule(mark, "bottom", "thickThinSmallGap")

    def _under_rule(self, number: str) -> None:
        if number:
            self.line(f"编号：{number}", 14, right=True, before=4, keep=True)

    def _rule(self, paragraph: Any, side: str, kind: str) -> None:
        """The red double rule, 170 mm long where the page is upright (10.1)."""
        over = max(0, (RULE_MM - self.width) / 2)
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(-over)
        line = OxmlElement(f"w:{side}")
        for name, value in {"val": kind, "sz": "24", "space": "4", "color": "C00000"}.items():
            line.set(qn(f"w:{name}"), value)
        borders = OxmlElement("w:pBdr")
        borders.append(line)
        paragraph._p.get_or_add_pPr().insert_element_before(
            borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )

    def _page_numbers(self, paragraph: Any, words: str = "第 {} 页　共 {} 页") -> None:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        fields = iter(("PAGE", "NUMPAGES"))
        for place, text in enumerate(words.split("{}")):
            if place:
                _field(paragraph, next(fields))
            font(paragraph.add_run(text), SMALL, 14 if "—" in words else 10.5)


# -- measuring ------------------------------------------------------------------------------------------------


def closed(text: str) -> str:
    """Without the spaces between Chinese and figures or letters, which screens have and papers haven't."""
    return _GAP.sub("", text)


def _ems(text: str) -> float:
    """Width in characters: Chinese 1, figures and Latin letters one half."""
    return sum(0.5 if ord(one) < 0x2E80 and one not in "—…“”‘’×·−" else 1 for one in text)


def _lead(size: float) -> float:
    return LINE_PT if size == 16 else round(size * 1.6, 1)


def _needs(rows: Sequence[Sequence[str]], size: float) -> list[float]:
    """The width in mm that each column takes when nothing is broken."""
    return [
        max(_ems(line) for row in rows for line in (row[place].splitlines() or [""])) * size * MM_A_PT
        + CELL_MM
        for place in range(len(rows[0]))
    ]


def columns(rows: Sequence[Sequence[str]], size: float, width: float) -> list[float]:
    """Widths in mm that fill `width`: no figure or code is broken, narrow columns stay whole, long text gets more."""
    wanted = _needs(rows, size)
    if sum(wanted) <= width:
        return [one * width / sum(wanted) for one in wanted]
    least = [
        max((_ems(word) for row in rows for word in _WORD.findall(row[place])), default=1) * size * MM_A_PT
        + CELL_MM
        for place in range(len(rows[0]))
    ]
    share, fixed = width / len(wanted), set[int]()
    while True:
        more = {place for place, one in enumerate(wanted) if place not in fixed and one <= share}
        fixed |= more
        left = len(wanted) - len(fixed)
        if not more or not left:
            break
        share = (width - sum(wanted[place] for place in fixed)) / left
    found = [one if place in fixed else max(share, least[place]) for place, one in enumerate(wanted)]
    return [one * width / sum(found) for one in found]


def _fact_columns(rows: Sequence[Sequence[str]], size: float, width: float) -> list[float]:
    needs = _needs(rows, size)
    labels = sum(needs[::2])
    rest = width - labels
    values = needs[1::2]
    return [one if place % 2 == 0 else rest * one / sum(values) for place, one in enumerate(needs)]


def _side(rows: Sequence[Sequence[str]], place: int, head: bool) -> str:
    """Numbers at the right; what is short in every row in the middle; words at the left."""
    cells = [row[place] for row in rows[1 if head else 0 :] if row[place] not in ("", "—")]
    if cells and all(_NUMBER.fullmatch(one) for one in cells):
        return "center" if all(len(one) < 4 and "." not in one for one in cells) else "right"
    return "center" if cells and max(map(_ems, cells)) <= 4 else "left"


# -- the parts of a docx --------------------------------------------------------------------------------------


def _fill(cell: Any, text: str, face: str, size: float, side: str) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    font(paragraph.add_run(text), face, size)
    paragraph.alignment = ALIGN[side]
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(size / 4)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(size * 1.3)


def _mark(properties: Any, name: str) -> None:
    properties.append(OxmlElement(f"w:{name}"))


def _keep(paragraph: Any) -> None:
    properties = paragraph.get_or_add_pPr()
    if properties.find(qn("w:keepNext")) is None:
        properties._insert_keepNext(OxmlElement("w:keepNext"))


def _field(paragraph: Any, code: str) -> None:
    for kind in ("begin", code, "end"):
        run = paragraph.add_run()
        font(run, SMALL, 14 if code == "PAGE" and paragraph.text.startswith("—") else 10.5)
        if kind == code:
            part = OxmlElement("w:instrText")
            part.text = code
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)
