"""Income and assets of a case as 申报 / 核对 / 认定: written cell by cell, with before and after in the case's record.

Works for every case whose rows hang at `incomes` and `assets` (`IncomeRow`, `AssetRow`).
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from casework.services import Change, check_editor, locked, record_change
from core.errors import UserError
from district.models import User
from relief.shared.models import AssetKind, AssetRow

ECONOMY = ("declared", "verified", "recognised", "basis")


def record_economy(
    case: Any,
    actor: User,
    *,
    incomes: Iterable[dict[str, Any]] = (),
    assets: Iterable[dict[str, Any]] = (),
    version: int | None = None,
    on: date | None = None,
) -> Any:
    """Write the matrix 申报/核对/认定. Rows with `pk` are changed, income rows with `kind` (and `member`) are new.

    Before and after of every cell goes into the case's record. Nothing changed → nothing written.
    """
    with transaction.atomic():
        case = locked(case, version)
        check_editor(case, actor)
        changes: list[Change] = []
        own_incomes, own_assets = own_rows(case.incomes.all()), own_rows(case.assets.all())
        for row in incomes:
            if row.get("pk"):
                changes += update_row(own_incomes[row["pk"]], row, ECONOMY)
            else:
                changes.append(_add_income(case, row))
        for row in assets:
            changes += update_row(own_assets[row["pk"]], row, ECONOMY)
        if not changes:
            return case
        return record_change(case, actor, changes, label="更正收入与财产", action="economy", on=on)


def own_rows(queryset: Any) -> dict[int, Any]:
    """The rows by key, locked."""
    return {one.pk: one for one in queryset.select_for_update(of=("self",))}


def _add_income(case: Any, row: dict[str, Any]) -> Change:
    by_member = any(one.name == "member" for one in case.incomes.model._meta.fields)
    whose = {"member": row.get("member")} if by_member else {}
    if case.incomes.filter(kind=row["kind"], **whose).exists():
        raise UserError("这项收入已经有一行，请在那一行里改。")
    item = case.incomes.create(
        kind=row["kind"],
        **whose,
        declared=row.get("declared") or Decimal(0),
        verified=row.get("verified"),
        recognised=row.get("recognised"),
        basis=row.get("basis") or "",
    )
    return (str(item), "", f"{item.best:,.2f}")


def update_row(row: Any, values: dict[str, Any], names: Iterable[str], subject: str = "") -> list[Change]:
    """Set fields of a row; the cells that changed as (label, before, after)."""
    changes: list[Change] = []
    for name in names:
        if name not in values:
            continue
        before, after = getattr(row, name), values[name]
        if before == after:
            continue
        setattr(row, name, after)
        label = f"{subject or row} {str(row._meta.get_field(name).verbose_name).split('（')[0]}"
        changes.append((label, _words(row, name, before), _words(row, name, after)))
    if changes:
        row.save()
    return changes


def _words(row: Any, name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    choices = dict(row._meta.get_field(name).flatchoices)
    if choices:
        return str(choices.get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(row, AssetRow) and isinstance(value, Decimal) and row.kind != AssetKind.FINANCIAL:
        return f"{value:.0f}"
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)


def recognise_rest(case: Any, actor: User, version: int | None = None, on: date | None = None) -> Any:
    """Recognise every figure that is still open as verified, or as declared where the check said nothing."""
    blank = [{"pk": one.pk, "recognised": one.best} for one in case.incomes.all() if one.recognised is None]
    owned = [{"pk": one.pk, "recognised": one.best} for one in case.assets.all() if one.recognised is None]
    return record_economy(case, actor, incomes=blank, assets=owned, version=version, on=on)


def not_recognised(case: Any) -> list[str]:
    """The figures that nobody has recognised yet, in words."""
    return [str(one) for rows in (case.incomes, case.assets) for one in rows.all() if one.recognised is None]
