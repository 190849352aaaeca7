"""The typefaces of printed papers: named as government computers have them, with those that will do instead."""

from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE as REL
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

BODY, TITLE, HEADING, SMALL = "仿宋", "方正小标宋简体", "黑体", "宋体"
# A word processor that lacks the first takes the first of these that it has (Windows, Kylin, macOS, free fonts).
INSTEAD = {
    BODY: "FangSong,仿宋_GB2312,方正仿宋_GBK,方正仿宋简体,华文仿宋,STFangsong,Noto Serif CJK SC",
    TITLE: "FZXiaoBiaoSong-B05S,方正小标宋_GBK,华文中宋,STZhongsong,宋体,SimSun,Noto Serif CJK SC",
    HEADING: "SimHei,方正黑体_GBK,方正黑体简体,华文黑体,STHeiti,Noto Sans CJK SC",
    SMALL: "SimSun,方正书宋_GBK,方正书宋简体,华文宋体,STSong,Noto Serif CJK SC",
}
SIDES = ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs")


def font(run: Any, face: str, size: float) -> None:
    """Set a run in `size` points of a face, Chinese and Latin alike."""
    run.font.size = Pt(size)
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    for side in SIDES:
        fonts.set(qn(side), face)
    # Quotation marks and dots are Chinese ones.
    fonts.set(qn("w:hint"), "eastAsia")


def set_defaults(docx: Any) -> None:
    """Chinese paper instead of the library's English letter: plain style, language, list of fonts."""
    style = docx.styles["Normal"]
    style.font.name, style.font.size = BODY, Pt(16)
    fonts = style.element.rPr.rFonts
    for side in SIDES:
        fonts.set(qn(side), BODY)
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing, form.widow_control = 1.0, True
    properties = style.element.get_or_add_pPr()
    for name in ("autoSpaceDE", "autoSpaceDN"):
        off = OxmlElement(f"w:{name}")
        off.set(qn("w:val"), "0")
        properties.insert_element_before(off, "w:spacing", "w:ind", "w:jc")
    language = docx.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    language.set(qn("w:eastAsia"), "zh-CN")
    _list_fonts(docx)


def _list_fonts(docx: Any) -> None:
    part = docx.part.part_related_by(REL.FONT_TABLE)
    listed = parse_xml(part.blob)
    for face, instead in INSTEAD.items():
        listed.append(
            parse_xml(
                f'<w:font {nsdecls("w")} w:name="{face}"><w:altName w:val="{instead}"/><w:charset w:val="86"/></w:font>'
            )
        )
    part._blob = serialize_part_xml(listed)
