"""Printed papers: the letter form of GB/T 9704, tables that fit, a signature that never stands alone."""

from io import BytesIO

from docx import Document
from docx.oxml.ns import qn

from core.letters import A4_WIDE, Facts, Letter, closed, columns


def reopened(letter):
    return Document(BytesIO(letter.content()))


def notice():
    letter = Letter("大祥区民政局", number="DB-2020-00003")
    letter.title("最低生活保障批准通知书")
    letter.addressee("罗志富")
    letter.text("经审核，决定自 2020年7月起给予。\n请配合。")
    letter.table([["项目", "金额（元）"], ["差额", "237.00"]])
    letter.sign("大祥区民政局", "2020年6月24日")
    return letter


def test_an_issued_paper_has_the_margins_the_red_mark_and_the_fonts_of_the_standard():
    made = reopened(notice())
    page = made.sections[0]
    assert [round(one.mm) for one in (page.page_width, page.page_height, page.left_margin)] == [210, 297, 28]
    assert round(page.page_width.mm - page.left_margin.mm - page.right_margin.mm) == 156
    mark, number, title, _, text, more = made.paragraphs[:6]
    assert mark.text == "大祥区民政局" and str(mark.runs[0].font.color.rgb) == "C00000"
    assert number.text == "编号：DB-2020-00003" and title.runs[0].font.size.pt == 22
    assert text.text == "经审核，决定自2020年7月起给予。" and more.text == "请配合。"
    assert text.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋" and text.runs[0].font.size.pt == 16
    assert text.paragraph_format.line_spacing.pt == 28 and text.paragraph_format.first_line_indent.pt == 32
    assert (made.core_properties.author, made.core_properties.title) == (
        "大祥区民政局",
        "最低生活保障批准通知书",
    )


def test_the_signature_stays_with_what_was_decided_and_tables_repeat_their_heading():
    made = reopened(notice())
    day, issuer, gap = made.paragraphs[-1], made.paragraphs[-2], made.paragraphs[-3]
    assert day.text == "2020年6月24日" and issuer.paragraph_format.keep_with_next
    assert gap.paragraph_format.keep_with_next
    # The issuer is centred over the day, which ends four characters from the right.
    assert day.paragraph_format.right_indent.pt == 64
    head, row = made.tables[0].rows
    assert (
        head._tr.trPr.find(qn("w:tblHeader")) is not None and row._tr.trPr.find(qn("w:cantSplit")) is not None
    )
    assert all(one.paragraph_format.keep_with_next for cell in row.cells for one in cell.paragraphs)


def test_columns_fill_the_width_and_break_no_number():
    rows = [["姓名", "身份证号", "情况说明"], ["欧阳建国", "430503199005010011", "房屋" * 80]]
    widths = columns(rows, 12, 150)
    assert round(sum(widths)) == 150 and widths[1] > 18 * 0.5 * 12 * 0.3528
    assert columns([["甲", "乙"]], 12, 150) == [75, 75]


def test_several_papers_of_one_file_carry_the_letterhead_each():
    letter = Letter("大祥区民政局")
    letter.title("通知")
    letter.next()
    letter.title("通知")
    made = reopened(letter)
    assert [one.text for one in made.paragraphs].count("大祥区民政局") == 2 and len(made.sections) == 2


def test_a_form_has_no_letterhead_and_lists_count_their_pages():
    letter = Letter(page=A4_WIDE, paged=True)
    letter.facts(Facts([["户主", "罗志富"]]))
    letter.signatures("领款人：")
    made = reopened(letter)
    assert "第" in made.sections[0].footer.paragraphs[0].text
    assert made.sections[0].page_width > made.sections[0].page_height
    assert closed("共 3 人（B 级）") == "共3人（B级）" and closed("罗 志富") == "罗 志富"


def test_a_short_table_stays_on_one_page_and_a_long_one_may_break():
    def kept(count: int) -> list[bool]:
        letter = Letter("")
        letter.table([["姓名", "得票"], *([f"候选人{n}", "1"] for n in range(count))])
        table = Document(BytesIO(letter.content())).tables[0]
        return [bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next) for row in table.rows]

    assert kept(5) == [True] * 5 + [False]
    assert not any(kept(30)[1:])
