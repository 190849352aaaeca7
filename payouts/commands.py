"""What the commands of this room share: finding accounts, programmes, divisions and runs by what was typed."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from benefits.models import Programme
from core.errors import UserError
from core.months import format_month, parse_month
from district.models import Division, User
from payouts.models import Run
from payouts.services import run_figures

__all__ = ["account", "as_json", "division", "parse_month", "programmes", "run_json", "run_line", "runs_of"]


def account(name: str | None) -> User | None:
    """The account that acts; None when none was named."""
    if not name:
        return None
    user = User.objects.filter(username=name).first()
    if user is None:
        raise UserError(f"没有账号“{name}”。")
    if not user.is_active:
        raise UserError(f"账号“{name}”已停用。")
    return user


def programmes(codes: Iterable[str] | None) -> list[Programme]:
    """The named programmes, in the named order; all active monthly ones when none is named."""
    named = list(dict.fromkeys(codes or []))
    if not named:
        return list(Programme.objects.filter(is_active=True))
    known = Programme.objects.in_bulk(named)
    for code in named:
        if code not in known:
            raise UserError(f"没有代码为“{code}”的项目。")
    return [known[code] for code in named]


def division(code: str | None) -> Division | None:
    if not code:
        return None
    found = Division.objects.filter(pk=code).first()
    if found is None:
        raise UserError(f"没有代码为“{code}”的行政区划。")
    if len(code) > 9:
        raise UserError("发放批次以区或乡镇（街道）为范围，请给 6 位或 9 位代码。")
    return found


def runs_of(month: date, codes: Iterable[str] | None, area: Division | None = None) -> list[Run]:
    """The month's runs, of the named programmes and around or inside the named area."""
    runs = Run.objects.filter(month=month).select_related("programme", "division")
    if codes:
        runs = runs.filter(programme__in=[one.pk for one in programmes(codes)])
    found = list(runs.order_by("programme__position", "pk"))
    if area is not None:
        found = [
            run for run in found if run.division_id.startswith(area.pk) or area.pk.startswith(run.division_id)
        ]
    return found


def run_json(run: Run) -> dict[str, Any]:
    """A run as the contracts show it; amounts as text in yuan."""
    figures = run_figures(run)
    return {
        "run": run.number,
        "programme": run.programme_id,
        "division": run.division_id,
        "month": format_month(run.month),
        "kind": run.kind,
        "payments": figures["payments"],
        "households": figures["households"],
        "persons": figures["persons"],
        "amount": f"{figures['amount']:.2f}",
        "state": run.state,
        "already_paid": run.already_paid,
        "held": run.held,
        "without_account": run.without_account,
    }


def run_line(run: Run) -> str:
    row = run_json(run)
    words = (
        f"{row['run']}  {run}  {run.division}  {row['households']} 户 {row['persons']} 人"
        f" {row['amount']} 元  {run.get_state_display()}"
    )
    for key, label in (
        ("already_paid", "已在其他批次"),
        ("held", "暂缓"),
        ("without_account", "缺账号"),
    ):
        if row[key]:
            words += f"  {label} {row[key]} 户"
    return words


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
