"""What is printed: the certificate at its places, declarations, receipt and notices."""

import io
from datetime import date

import pytest
from docx import Document
from docx.oxml.ns import qn

from benefits.models import Parameter
from casework.services import move
from marriage import layout, papers, services
from marriage.models import Kind
from tests.marriage.makers import DAY, as_typed, divorcing, entry, fresh, married, party, registrar

pytestmark = pytest.mark.django_db


def text_of(content: bytes) -> str:
    found = Document(io.BytesIO(content))
    cells = [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    return "\n".join([one.text for one in found.paragraphs] + cells)


def places(content: bytes) -> dict[str, tuple[int, int]]:
    """Text → place in millimetres."""
    found = {}
    for one in Document(io.BytesIO(content)).paragraphs:
        frame = one._p.pPr.find(qn("w:framePr")) if one._p.pPr is not None else None
        if frame is not None:
            x, y = (round(int(frame.get(qn(f"w:{axis}"))) / layout.TWIPS_A_MM) for axis in "xy")
            found[one.text] = (x, y)
    return found


def test_a_certificate_names_its_holder_the_day_the_number_and_both():
    clerk = registrar()
    case = married(clerk, man=party("M", name="周建国"), woman=party("F", name="罗小红"))
    certificate = case.registration.certificates.get()
    content = layout.certificate_docx(certificate, DAY)
    found = places(content)
    assert found["J430503-2020-000001"] == layout.LEFT["number"]
    assert found["2020年6月1日"] == layout.LEFT["date"]
    # Both copies: each in its holder's name.
    assert {"周建国", "罗小红", "周建国　　男", "罗小红　　女", case.registration.man.id_number} <= set(found)
    assert text_of(content).count("J430503-2020-000001") == 2
    Parameter.objects.create(key="marriage.print_right", value=3, effective_from=date(2020, 6, 1))
    Parameter.objects.create(key="marriage.print_down", value=-2, effective_from=date(2020, 6, 1))
    x, y = layout.LEFT["number"]
    assert places(layout.certificate_docx(certificate, DAY))["J430503-2020-000001"] == (x + 3, y - 2)


def test_a_replacement_carries_the_day_of_the_act_and_says_when_it_was_given():
    clerk = registrar()
    couple = married(clerk, on=date(2015, 3, 2))
    man, woman = (as_typed(one) for one in couple.registration.both)
    case = services.apply(entry(Kind.REISSUE_MARRIAGE, DAY, man=man, woman=woman), clerk, on=DAY)
    assert "遗失" in text_of(papers.document(case.registration, case, "reissue"))
    case = move(case, "accept", clerk, on=DAY)
    certificate = services.issue(case, clerk, on=DAY)
    found = places(layout.certificate_docx(certificate, DAY))
    assert "2015年3月2日" in found and "补发结婚证，补发日期 2020年6月1日" in found


def test_declarations_carry_the_law_of_their_day():
    clerk = registrar()
    for day, law in ((date(2020, 12, 31), "婚姻法"), (date(2021, 1, 1), "民法典")):
        case = services.apply(entry(on=day), clerk, on=day)
        words = text_of(papers.document(case.registration, case, "declaration"))
        assert f"《中华人民共和国{law}》" in words and "三代以内旁系血亲" in words
        assert words.count("申请结婚登记声明书") == 2


def test_the_receipt_tells_the_computed_days():
    case = divorcing(registrar(), date(2021, 1, 12))
    file = case.registration
    words = text_of(papers.document(file, case, "receipt"))
    for day in ("2021年1月12日", "2021年2月18日", "2021年2月19日", "2021年3月22日"):
        assert day in words
    assert {one.kind for one in papers.papers_for(file, case)} == {"divorce", "receipt", "withdrawal"}
    case = fresh(services.pass_time(case, date(2021, 3, 23)))
    assert "视为撤回" in text_of(papers.document(case.registration, case, "withdrawn"))


def test_a_refusal_gives_every_reason_with_its_article():
    clerk = registrar()
    made = entry(woman=party("F", birth=date(2002, 1, 1)), unrelated=False)
    case = fresh(services.apply(made, clerk, on=DAY, refusal=True))
    words = text_of(papers.document(case.registration, case, "refusal"))
    assert "1．" in words and "2．" in words and "婚姻法第6条" in words and "婚姻法第7条" in words
