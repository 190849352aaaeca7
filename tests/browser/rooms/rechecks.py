"""Pages of 回头看 on the demo's desk: lists of last week, open findings, people left out, a sample to visit."""

from typing import Any

from rechecks.models import Finding, Lead, OutsideList, Recheck, SpotCheck
from tests.browser.places import Place

CLERK, OFFICER, CHIEF = "zhongxinlu1", "relief1", "leader1"
PLACES = [
    Place(OFFICER, "rechecks:lists", shot="lists"),
    Place(OFFICER, "rechecks:list_new"),
    Place(OFFICER, "rechecks:list", "outside_list"),
    Place(OFFICER, "rechecks:rechecks"),
    Place(OFFICER, "rechecks:recheck_new"),
    Place(OFFICER, "rechecks:recheck", "recheck", shot="recheck"),
    Place(OFFICER, "rechecks:preview"),
    Place(OFFICER, "rechecks:findings", query="?state="),
    Place(OFFICER, "rechecks:finding", "finding", shot="finding"),
    Place(OFFICER, "rechecks:finding", "alike"),
    Place(OFFICER, "rechecks:list", "list_by_names"),
    Place(OFFICER, "rechecks:leads", shot="leads"),
    Place(OFFICER, "rechecks:leads_find"),
    Place(OFFICER, "rechecks:lead", "lead"),
    Place(OFFICER, "rechecks:spot_checks"),
    Place(OFFICER, "rechecks:spot_check_new"),
    Place(OFFICER, "rechecks:spot_check", "spot_check"),
    Place(CHIEF, "rechecks:results", query="?year=2020", shot="results"),
    Place(CLERK, "rechecks:findings"),
    Place(CLERK, "rechecks:leads"),
    Place(CLERK, "rechecks:lists", status=403),
]


def build(staff: Any) -> dict[str, Any]:
    return {
        "outside_list": OutsideList.objects.filter(kind="vehicle").first(),
        "recheck": Recheck.objects.first(),
        "finding": Finding.objects.filter(state="open").order_by("hearings__pk", "pk").first(),
        "alike": Finding.objects.exclude(score=None).first(),
        "list_by_names": OutsideList.objects.get(has_numbers=False),
        "lead": Lead.objects.first(),
        "spot_check": SpotCheck.objects.first(),
    }
