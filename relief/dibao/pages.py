"""What the case page shows: matrix of income, assets against their limits."""

from decimal import Decimal
from typing import Any

from casework.services import today
from core.months import age_in_month, month_of
from core.templatetags.ui import money_text
from relief.dibao.models import AssetKind, DibaoApplication


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
        row["differs"] = bool(item and item.recognised is not None and item.recognised != item.declared)
    sums = {
        "declared": sum((one.declared for one in items), Decimal(0)),
        "verified": sum((one.verified for one in items if one.verified is not None), Decimal(0))
        if any(one.verified is not None for one in items)
        else None,
        "recognised": sum((one.best for one in items), Decimal(0)),
    }
    return rows, sums


def asset_rows(case: DibaoApplication, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Assets with what the formula says of each: 符合 or the reason."""
    figures = answer.get("figures", {})
    failed = {one["code"]: one.get("text") for one in answer.get("reasons", [])}
    persons = len(case.members.all()) if case.single else sum(one.covered for one in case.members.all())
    rows = []
    for item in case.assets.all():
        money = item.kind == AssetKind.FINANCIAL
        words = ""
        if money and figures:
            words = f"人均 {money_text(figures['assets_each'])} ≤ {money_text(figures['asset_limit'])}"
        rows.append(
            {
                "item": item,
                "label": item.get_kind_display(),
                "money": money,
                "limit": Decimal(figures["asset_limit"]) * persons if money and figures else None,
                "failed": failed.get(item.kind, ""),
                "known": "error" not in answer,
                "words": words,
                "differs": item.recognised is not None and item.recognised != item.declared,
            }
        )
    return rows


def summary(answer: dict[str, Any]) -> str:
    """人均 367.00 < 标准 500.00."""
    figures = answer.get("figures")
    if not figures:
        return ""
    each, standard = Decimal(figures["income_each"]), Decimal(figures["standard"])
    sign = "<" if each < standard else "≥"
    return f"人均 {money_text(each)} {sign} 标准 {money_text(standard)}"
