"""The pages of 婚姻登记 on a working day, as the demo district has them before it."""

from typing import Any

from casework.services import today
from demo.accounts import Staff
from marriage.models import Certificate, DayRegister, MarriageCase
from tests.browser.places import Place

REGISTRAR = "registrar1"
PLACES = [
    Place(REGISTRAR, "core:workbench"),
    Place(REGISTRAR, "marriage:desk", shot="90-marriage-desk", tablet_shot="90-marriage-desk-tablet"),
    Place(REGISTRAR, "marriage:new", "marriage", shot="91-marriage-new"),
    Place(REGISTRAR, "marriage:new", "divorce"),
    Place(REGISTRAR, "marriage:new", "reissue_marriage"),
    Place(REGISTRAR, "marriage:files", shot="92-marriage-files"),
    Place(REGISTRAR, "marriage:file", "marriage_cooling", shot="93-marriage-cooling"),
    Place(REGISTRAR, "marriage:file", "marriage_done"),
    Place(REGISTRAR, "marriage:edit", "marriage_declared"),
    Place(REGISTRAR, "marriage:issue", "marriage_ready"),
    Place(REGISTRAR, "marriage:annotate", "marriage_done"),
    Place(REGISTRAR, "marriage:receipt", "marriage_cooling"),
    Place(REGISTRAR, "marriage:spoil", "marriage_certificate"),
    Place(REGISTRAR, "marriage:days"),
    Place(REGISTRAR, "marriage:day", "marriage_day", shot="94-marriage-day"),
    Place(REGISTRAR, "marriage:day-print", "marriage_day"),
    Place(REGISTRAR, "marriage:day-close", "marriage_today"),
    Place(REGISTRAR, "marriage:statistics", query="?year=2020", shot="95-marriage-statistics"),
    Place("leader1", "marriage:statistics", query="?year=2020"),
]


def build(staff: Staff) -> dict[str, Any]:
    """Keys of the objects: files at their stages, a certificate, a closed day."""
    cases = MarriageCase.objects.order_by("pk")
    certificate = Certificate.objects.filter(state="issued", registration__kind="marriage").earliest("pk")
    return {
        "marriage": "marriage",
        "divorce": "divorce",
        "reissue_marriage": "reissue_marriage",
        "marriage_cooling": cases.filter(stage="cooling").latest("pk").registration_id,
        "marriage_declared": cases.filter(stage="declare").earliest("pk").registration_id,
        "marriage_ready": cases.filter(stage="issue", flow="marriage").earliest("pk").registration_id,
        "marriage_done": certificate.registration_id,
        "marriage_certificate": certificate.pk,
        "marriage_day": DayRegister.objects.latest("day").day,
        "marriage_today": today(),
    }
