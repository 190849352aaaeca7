"""特困 on a working day of the browser tests: the ledger, an application on its way, a death, one who may apply."""

from datetime import date, timedelta
from typing import Any

from casework.services import today
from relief.tekun import services
from relief.tekun.models import TekunApplication
from tests.browser.places import Place
from tests.factories import bank_account, household, institution, person
from tests.relief.tekun_stories import apply, grade

PLACES = [
    Place("relief1", "relief:tekun", shot="tekun"),
    Place("zhongxinlu1", "relief:tekun_find", query="?q=贺长生"),
    Place("zhongxinlu1", "relief:tekun_apply", of="tekun_free", shot="tekun-apply"),
    Place("zhongxinlu1", "relief:tekun_case", of="tekun_open", shot="tekun-case", tablet_shot="tekun-case-tablet"),
    Place("zhongxinlu1", "relief:tekun_facts", of="tekun_open"),
    Place("zhongxinlu1", "relief:tekun_economy", of="tekun_open"),
    Place("zhongxinlu1", "relief:tekun_grade", of="tekun_open", tablet_shot="tekun-grade-tablet"),
    Place("relief1", "relief:tekun_case", of="tekun_decided"),
    Place("relief1", "relief:tekun_print", of="tekun_decided"),
    Place("relief1", "admin:relief_tekunapplication_changelist"),
    Place("relief1", "admin:relief_tekunapplication_change", of="tekun_decided"),
    Place("relief1", "admin:relief_tekunplacement_changelist"),
    Place("relief1", "admin:relief_tekunholding_changelist"),
]  # fmt: skip


def build(staff: Any) -> dict[str, Any]:
    """An application taken twelve days ago, graded, and somebody who may apply; the demo year has the decided ones."""
    clerk = staff["zhongxinlu1"]
    home = institution("中心路街道敬老院")
    old = {"birth_date": date(1946, 8, 2), "labour": "none", "monthly_income": 118}
    free, asks = person(name="贺长生", **old), person(name="贺长庚", **old)
    for one in (free, asks):
        household(head=one, account=False)
        bank_account(one)
    case = apply(
        asks,
        clerk,
        on=today() - timedelta(days=12),
        placement="institution",
        institution=home,
        proxy_name="唐秋生",
        proxy_relation="社区干部",
        supporters=[{"name": "贺小军", "kin": "child", "income": 900, "note": "肢体二级残疾，低保户"}],
    )
    grade(case, clerk, lost=4, on=today() - timedelta(days=3))
    decided = TekunApplication.objects.filter(state="granted").latest("pk")
    assert services.assess_now(case)["tekun_care"]["eligible"]
    return {"tekun_free": free.pk, "tekun_open": case.pk, "tekun_decided": decided.pk}
