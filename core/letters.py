"""Printed papers as docx: A4 with the red letterhead of the office that issues them, text, tables, signature."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

RED = RGBColor(0xC0, 0x00, 0x00)


class Letter:
    """One paper, written from top to bottom. Without an issuer it has no letterhead (a form, a certificate).

    `page`: width and height in mm; `margins`: left/right and top/bottom in mm.
    """

    def __init__(
        self, issuer: str = "", page: tuple[int, int] = (210, 297), margins: tuple[int, int] = (28, 28)
    ):
        self.docx: Any = Document()
        section = self.docx.sections[0]
        section.page_width, section.page_height = Mm(page[0]), Mm(page[1])
        if page[0] > page[1]:
            section.orientation = WD_ORIENT.LANDSCAPE
        section.left_margin = section.right_margin = Mm(margins[0])
        section.top_margin = section.bottom_margin = Mm(margins[1])
        style = self.docx.styles["Normal"]
        style.font.name = "仿宋"
        style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
        if issuer:
            self.line(issuer, 26, bold=True, red=True, center=True)
            self._rule()

    def title(self, text: str) -> None:
        """The paper's name."""
        self.line(text, 22, bold=True, center=True, before=18, after=6)

    def text(self, text: str) -> None:
        """A paragraph of the body, indented by two characters."""
        self.line(text, 16, indent=True)

    def line(
        self,
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
    ) -> None:
        """A paragraph in points of `size`."""
        paragraph = self.docx.add_paragraph()
        run = paragraph.add_run(text)
        run.font.size, run.bold = Pt(size), bold
        if red:
            run.font.color.rgb = RED
        form = paragraph.paragraph_format
        form.line_spacing, form.space_before, form.space_after = 1.5, Pt(before), Pt(after)
        if indent:
            form.first_line_indent = Pt(size * 2)
        if center or right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if center else WD_ALIGN_PARAGRAPH.RIGHT

    def table(self, rows: Sequence[Sequence[str]], size: int = 12, widths: Sequence[int] = ()) -> None:
        """A ruled table; `widths` of its columns in mm where they should not be even."""
        table = self.docx.add_table(rows=0, cols=len(rows[0]))
        table.style = "Table Grid"
        for row in rows:
            for place, (cell, text) in enumerate(zip(table.add_row().cells, row, strict=True)):
                cell.text = text
                if widths:
                    cell.width = Mm(widths[place])
                for run in cell.paragraphs[0].runs:
                    run.font.size = Pt(size)

    def sign(self, issuer: str, day: str) -> None:
        """Who issues it and when, at the right."""
        self.line(issuer, 16, right=True, before=36)
        self.line(day, 16, right=True)

    def new_page(self) -> None:
        self.docx.add_page_break()

    def content(self) -> bytes:
        """The docx file."""
        out = BytesIO()
        self.docx.save(out)
        return out.getvalue()

    def _rule(self) -> None:
        """The red line under the letterhead."""
        paragraph = self.docx.add_paragraph()
        borders = paragraph._p.get_or_add_pPr().makeelement(qn("w:pBdr"), {})
        line = borders.makeelement(
            qn("w:bottom"),
            {qn("w:val"): "single", qn("w:sz"): "16", qn("w:space"): "1", qn("w:color"): "C00000"},
        )
        borders.append(line)
        paragraph._p.get_or_add_pPr().append(borders)
        paragraph.paragraph_format.space_after = Pt(0)
