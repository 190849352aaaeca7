"""What 临时救助 shows on other rooms' pages, and what waits: advances to recover."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from casework.models import CaseState
from core.places import TodoItem
from core.templatetags.ui import money_text
from relief.temporary.models import Advance, AdvanceState, TemporaryApplication
from relief.temporary.views.cases import before_data

SEEING = {"township_clerk", "township_leader", "bureau_officer", "leader", "auditor", "finance"}


def grants(request: Any, obj: Any) -> Any:
    """What a household (or a person's household) was granted, what is left of the year, and the way to apply."""
    user = request.user
    if obj._meta.model_name == "person":
        cases = TemporaryApplication.objects.visible_to(user).filter(members__person=obj)
        rows = list(cases.select_related("division").order_by("-id")[:10])
        return ("relief/temporary/panel.html", {"rows": rows}) if rows else None
    rows = list(TemporaryApplication.objects.visible_to(user).filter(household=obj).order_by("-id")[:10])
    may_apply = user.role == "township_clerk" and obj.until is None
    if not rows and not may_apply:
        return None
    context = {"rows": rows, "may_apply": may_apply, "household": obj}
    return "relief/temporary/panel.html", {**context, **before_data(obj)}


def to_recover(user: Any) -> Any:
    """Advances that the townships of this account must get back."""
    return Advance.objects.visible_to(user).filter(state=AdvanceState.TO_RECOVER)


def todo_items(user: Any) -> Iterable[TodoItem]:
    """先行救助 to be recovered: the case is closed, the money is not."""
    if user.role != "township_clerk":
        return []
    rows = to_recover(user).select_related("case__division").order_by("id")[:100]
    return [
        TodoItem(
            subject=one.case.subject,
            business="先行救助",
            stage=f"待追回 {money_text(one.to_recover)} 元",
            url=reverse("casework:case", args=[one.case_id]),
            next_label="登记追回",
            division=one.case.division.name,
            number=one.case.number,
        )
        for one in rows
    ]


def open_cases(user: Any) -> int:
    return TemporaryApplication.objects.visible_to(user).filter(state=CaseState.OPEN).count()
