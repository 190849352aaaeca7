"""临时救助 and the reserve on a working day: what stands in hand, an advance with papers late, the ledgers."""

from typing import Any

from demo.accounts import Staff
from relief.temporary.models import Advance, Reserve, TemporaryApplication
from tests.browser.places import Place

OFFICER = "relief1"
PLACES = [
    Place(OFFICER, "relief:temporary", shot="60-temporary"),
    Place(OFFICER, "relief:temporary", query="?advance=paid"),
    Place("leader1", "relief:temporary"),
    Place("zhongxinlu1", "relief:temporary_find"),
    Place("zhongxinlu1", "relief:temporary_find", query="?q=张"),
    Place(OFFICER, "relief:temporary_case", "temporary_confirm", shot="61-temporary-case"),
    Place(OFFICER, "relief:temporary_case", "temporary_late"),
    Place(OFFICER, "relief:temporary_case", "temporary_granted"),
    Place(OFFICER, "relief:temporary_case", "temporary_refused"),
    Place(OFFICER, "casework:step", "temporary_confirm|grant"),
    Place(OFFICER, "relief:reserves", shot="62-reserves"),
    Place(OFFICER, "relief:reserves", query="?year=2020"),
    Place(OFFICER, "relief:reserve", "reserve", shot="63-reserve"),
    Place(OFFICER, "relief:reserve_top_up", "reserve"),
    Place("zhongxinlu9", "relief:reserves"),
]


def build(staff: Staff) -> dict[str, Any]:
    """Keys of the objects: cases at the bureau, with late papers, granted and refused; a reserve that was used."""
    cases = TemporaryApplication.objects.order_by("-id")
    late = Advance.objects.filter(state="paid").earliest("paper_due_on")
    return {
        "temporary_confirm": cases.filter(stage="confirm").first().pk,
        "temporary_late": late.case_id,
        "temporary_granted": cases.filter(state="granted").first().pk,
        "temporary_refused": cases.filter(state="refused").first().pk,
        "reserve": Reserve.objects.filter(balance__lt=20_000).earliest("pk").pk,
    }
