"""What the case page shows: the matrix of income, member by member."""

from decimal import Decimal
from typing import Any

from casework.services import today
from core.months import age_in_month, month_of
from relief.dibao.models import DibaoApplication


def income_rows(case: DibaoApplication) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows of the income matrix, member by member, with the household's own at the end, and their sums."""
    items = list(case.incomes.select_related("member__person"))
    rows: list[dict[str, Any]] = []
    for member in case.members.select_related("person"):
        own = [one for one in items if one.member_id == member.pk]
        head = {"member": member, "age": age_in_month(member.person.birth_date, month_of(today()))}
        rows.append({**head, "item": own[0] if own else None})
        rows += [{"item": one} for one in own[1:]]
    rows += [
        {"home": place == 0, "item": one} for place, one in enumerate(i for i in items if i.member_id is None)
    ]
    for row in rows:
        item = row["item"]
        row["differs"] = bool(item and item.differs)
    sums = {
        "declared": sum((one.declared for one in items), Decimal(0)),
        "verified": sum((one.verified for one in items if one.verified is not None), Decimal(0))
        if any(one.verified is not None for one in items)
        else None,
        "recognised": sum((one.best for one in items), Decimal(0)),
    }
    return rows, sums
