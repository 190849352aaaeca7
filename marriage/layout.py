"""The certificate printed onto its sheet: only the values, each at its place; the sheet itself carries the words.

Places are millimetres from the left upper corner of the opened inner pages. The bureau shifts the whole by
the parameters `marriage.print_right` and `marriage.print_down` when a printer is off.
"""

from datetime import date
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from benefits.policy import parameter
from core.fonts import BODY, font
from core.letters import Letter
from core.months import month_of
from core.templatetags.ui import day_words
from marriage.models import Certificate, Kind, Party, Registration
from marriage.models import Letter as Series

# The opened inner pages of the 2003 model ○: left page photo and registration, right page both parties.
PAGE = (176, 125)
TWIPS_A_MM = 56.6929
LEFT = {"holder": (34, 62), "date": (34, 71), "number": (34, 80), "note": (34, 89)}
RIGHT_X, RIGHT_Y, PARTY_STEP = 104, (18, 66), 8


def values(certificate: Certificate, holder: Party) -> dict[str, str]:
    """What is printed on one copy, by place."""
    file = certificate.registration
    return {
        "holder": holder.name,
        "date": day_words(certificate_day(certificate)),
        "number": certificate.number,
        "note": note_of(file),
    }


def certificate_day(certificate: Certificate) -> date | None:
    """The day of the act; a replacement carries the day of the original one where it is known."""
    file = certificate.registration
    return (file.prior_on or file.registered_on) if is_replacement(file) else file.registered_on


def is_replacement(file: Registration) -> bool:
    return Kind(file.kind).is_reissue


def note_of(file: Registration) -> str:
    """备注: a replacement says when it was given."""
    if not is_replacement(file):
        return ""
    return f"{Series(file.letter).label}，补发日期 {day_words(file.registered_on)}"


def certificate_docx(certificate: Certificate, today: date) -> bytes:
    """Both copies, one page each, in the holder's name."""
    month = month_of(today)
    shift = (
        float(parameter("marriage.print_right", month)),
        float(parameter("marriage.print_down", month)),
    )
    both = certificate.registration.both
    letter = Letter(page=PAGE, margins=(5, 5))
    for place, holder in enumerate(both):
        if place:
            letter.docx.add_page_break()
        for key, text in values(certificate, holder).items():
            put(letter, text, LEFT[key], shift)
        for party, top in zip(both, RIGHT_Y, strict=True):
            for row, text in enumerate(party_values(party)):
                put(letter, text, (RIGHT_X, top + row * PARTY_STEP), shift)
    letter.docx.add_paragraph()
    return letter.content()


def party_values(party: Party) -> tuple[str, ...]:
    """One party's lines, in the order of the sheet."""
    sex = "男" if party.side == "M" else "女"
    return (f"{party.name}　　{sex}", party.nationality, day_words(party.birth_date), party.id_number)


def put(letter: Letter, text: str, place: tuple[float, float], shift: tuple[float, float]) -> None:
    """A text at a place of the page (a frame, which every word processor keeps where it is)."""
    if not text:
        return
    paragraph: Any = letter.docx.add_paragraph()
    font(paragraph.add_run(text), BODY, 11)
    frame = OxmlElement("w:framePr")
    x, y = (round((one + by) * TWIPS_A_MM) for one, by in zip(place, shift, strict=True))
    marks = {"w": "3600", "hSpace": "0", "wrap": "around", "vAnchor": "page", "hAnchor": "page"}
    for name, value in {**marks, "x": str(x), "y": str(y)}.items():
        frame.set(qn(f"w:{name}"), value)
    paragraph._p.get_or_add_pPr().insert(0, frame)
