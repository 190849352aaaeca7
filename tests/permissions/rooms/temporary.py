"""临时救助 in the walked township: a case at the clerk's, one refused whose advance must be recovered, its reserve."""

from typing import Any

from casework.services import move
from registry.models import Household
from tests import factories
from tests.relief import temporary_stories as stories


def build(world: dict[str, Any]) -> dict[str, Any]:
    """Keys: `temporary` (open), `advance`, `reserve`."""
    clerk, leader = factories.user("township_clerk"), factories.user("township_leader")
    officer = factories.user("bureau_officer")
    home: Any = Household.objects.get(pk=world["household"])
    home.people = [one.person for one in home.memberships.order_by("id")]
    reserve = stories.allotted(officer)
    case = stories.advanced(home, clerk, leader, amount=500)
    stories.papers_in(case, clerk, stories.DAY)
    case = move(case, "send_in", clerk, opinion="属实", on=stories.DAY)
    case = move(case, "advise_refusal", leader, opinion="有赔付", on=stories.DAY)
    case = move(case, "refuse", officer, opinion="有赔付", on=stories.DAY)
    waiting = stories.expenditure(home, clerk, 9000)
    return {"temporary": waiting.pk, "advance": case.advance.pk, "reserve": reserve.pk}
