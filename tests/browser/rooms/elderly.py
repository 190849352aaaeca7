"""Pages of 高龄津贴 and 长寿金 on a working day: this month's list at the township, another at the bureau."""

from datetime import date
from typing import Any

from django.utils import timezone

from casework.services import move
from core.months import month_of
from elderly import services
from elderly.rules import ALLOWANCE
from tests.browser.places import Place
from tests.elderly import people

CLERK, OFFICER = "zhongxinlu1", "elderly1"
PLACES = [
    Place(CLERK, "elderly:lists", shot="elderly-lists"),
    Place(CLERK, "elderly:list", "elderly_list", shot="elderly-list", tablet_shot="elderly-list-tablet"),
    Place(CLERK, "elderly:list_confirm", "elderly_list"),
    Place(CLERK, "elderly:list_take_out", "elderly_list"),
    Place(CLERK, "elderly:propose"),
    Place(CLERK, "elderly:propose_endings"),
    Place(CLERK, "elderly:find", query="?q=高寿星"),
    Place(CLERK, "elderly:apply", "elderly_young"),
    Place(CLERK, "elderly:application", "elderly_case", shot="elderly-case"),
    Place(CLERK, "elderly:proofs", shot="elderly-proofs"),
    Place(CLERK, "elderly:proof", "elderly_held"),
    Place(CLERK, "elderly:end", "elderly_held"),
    Place(OFFICER, "elderly:lists", query="?state=sent"),
    Place(OFFICER, "elderly:bands", shot="elderly-bands"),
    Place(OFFICER, "elderly:band_changes"),
    Place(OFFICER, "admin:elderly_holding_changelist"),
]


def build(staff: Any) -> dict[str, Any]:
    """A list of this month with three rows, a single application, a holder whose proof is overdue."""
    month = month_of(timezone.localdate())
    clerk, officer = staff[CLERK], staff[OFFICER]
    holder = people.old(date(1931, 2, 5), name="高寿星")
    held = services.apply(holder, clerk, on=month)
    move(move(held, "confirm", clerk), "grant", officer)
    row = holder.entitlements.get(programme=ALLOWANCE)
    for day in (1, 12, 20):
        people.old(date(month.year - 90, month.month, day), account=day != 12)
    people.propose(month, on=timezone.localdate())
    young = people.old(date(month.year - 85, 1, 5), name="高寿星二")
    case = services.apply(people.old(date(1933, 4, 5), name="高寿星三"), clerk)
    return {
        "elderly_list": people.listed(month),
        "elderly_young": young,
        "elderly_case": case,
        "elderly_held": row,
    }
