"""What this line shows on other rooms' pages, and how much waits."""

from typing import Any

from casework.models import CaseState
from casework.services import today
from grassroots.models import Candidate, CommitteeMember, Election
from grassroots.views.shared import on_line


def of_person(request: Any, person: Any) -> Any:
    """Committees in which a person served or stands for."""
    rows = CommitteeMember.objects.visible_to(request.user).filter(person=person)
    standing = Candidate.objects.visible_to(request.user).filter(
        person=person, withdrawn_on=None, election__state=CaseState.OPEN
    )
    found = {
        "rows": list(rows.select_related("committee__division").order_by("-since")),
        "standing": list(standing.select_related("election")),
    }
    if not any(found.values()):
        return None
    return "grassroots/person.html", found


def in_hand(user: Any) -> int:
    """Elections that are not over."""
    return Election.objects.visible_to(user).filter(state=CaseState.OPEN).count() if on_line(user) else 0


def late(user: Any) -> bool:
    shown = Election.objects.visible_to(user).filter(state=CaseState.OPEN, due_on__lt=today())
    return on_line(user) and shown.exists()
