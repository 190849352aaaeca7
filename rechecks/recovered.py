"""What was overpaid on the holdings that findings ended or reduced, and how much of it came back."""

from collections.abc import Iterable
from datetime import datetime

from benefits.returned import Holding, Money, money_since
from rechecks.models import Finding, FindingState

CHANGED = (FindingState.ENDED, FindingState.REDUCED)


def of_findings(findings: Iterable[Finding]) -> dict[Holding, Money]:
    """Holding → money, for the holdings that the findings ended or reduced; only what the runs found since."""
    since: dict[Holding, datetime] = {}
    for one in findings:
        if one.state in CHANGED:
            key = one.programme_id, one.beneficiary_id
            since[key] = min(since.get(key, one.found_at), one.found_at)
    return money_since(since)
