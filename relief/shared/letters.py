"""What the decisions of 社会救助 carry alike."""

from typing import Any

from casework.documents import remedy

REMEDY = remedy("通知书")


def reasons_of(case: Any, decision: Any) -> list[str]:
    """Why not: every reason of the assessment with its number, then the officer's own words."""
    event = case.events.filter(action="refuse").first()
    reasons = decision.reasons if decision else []
    words = [
        f"{place}．{(one.get('text') or one['code']).rstrip('。')}。" for place, one in enumerate(reasons, 1)
    ]
    if event and event.opinion.strip():
        words.append(f"审核意见：{event.opinion.splitlines()[0]}")
    return words
