"""Outside lists with their rows, recheck runs, findings and what happened to them; leads; spot checks."""

from rechecks.models.findings import (
    CLEARED,
    DECIDED,
    Answer,
    Delivery,
    Finding,
    FindingEvent,
    FindingState,
    Hearing,
    Outcome,
    Recheck,
    Verification,
)
from rechecks.models.leads import (
    LEAD_SETTLED,
    Contact,
    ContactResult,
    ContactWay,
    Lead,
    LeadState,
)
from rechecks.models.lists import (
    ListRow,
    OutsideList,
)
from rechecks.models.spots import (
    SpotCheck,
    SpotCheckItem,
    SpotResult,
)

__all__ = [
    "CLEARED",
    "DECIDED",
    "LEAD_SETTLED",
    "Answer",
    "Contact",
    "ContactResult",
    "ContactWay",
    "Delivery",
    "Finding",
    "FindingEvent",
    "FindingState",
    "Hearing",
    "Lead",
    "LeadState",
    "ListRow",
    "Outcome",
    "OutsideList",
    "Recheck",
    "SpotCheck",
    "SpotCheckItem",
    "SpotResult",
    "Verification",
]
