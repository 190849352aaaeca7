"""What the case pages of all trades show alike: where the case stands, its papers, assets against their limits."""

from decimal import Decimal
from typing import Any

from django.urls import reverse

from benefits.assessing import assess
from benefits.conflicts import HeldConflict, conflicts_for
from casework import services as casework
from casework.documents import papers_for
from casework.forms import ASKS
from casework.line import action_bar, stage_steps, timeline
from casework.papers import current_notice
from core.months import add_months, format_month, month_of
from core.pages import Action
from core.templatetags.ui import money_text
from relief.shared.models import AssetKind


def handling(case: Any, user: Any) -> dict[str, Any]:
    """Stage line and action bar, with what the main step asks, for this account."""
    bar = action_bar(case, user)
    asks = [(name, ASKS[name](case)) for name in bar.asks] if bar else []
    return {
        "stages": stage_steps(case),
        "bar": bar,
        "asks": [(name, field, _drawn(name, field)) for name, field in asks],
        "may_edit": not casework.why_not_edit(case, user),
        "notice": current_notice(case),
        "today": casework.today(),
    }


def _drawn(name: str, field: Any) -> str:
    """A field as the action bar shows it."""
    return field.widget.render(name, field.initial, {"id": f"bar-{name}", "class": "control"})


def held_conflicts(case: Any, people: list[Any], programme: Any) -> list[HeldConflict]:
    """What the applicants hold that does not stand beside what they ask for; of an open application only."""
    if case.is_change or case.state != "open":
        return []
    return conflicts_for(people, programme, add_months(month_of(casework.today()), 1))


def papers_of(case: Any) -> dict[str, Any]:
    """The case's record, visits, materials and notices."""
    return {
        "events": timeline(case),
        "visits": case.visits.all(),
        "attachments": case.attachments.filter(removed_at__isnull=True)
        .select_related("file", "added_by")
        .defer("file__content"),
        "notices": case.notices.prefetch_related("objections"),
    }


def case_actions(case: Any, print_name: str) -> list[Action]:
    """The papers that can be printed now, the notice and the whole file."""
    found = [
        Action(one.title, reverse("casework:document", args=[case.pk, one.kind])) for one in papers_for(case)
    ]
    notice = current_notice(case)
    if notice:
        found.append(Action("公示单", reverse("casework:notice-print", args=[notice.pk])))
    return [*found, Action("打印案卷", reverse(print_name, args=[case.pk]))]


def frozen_answer(assessment: Any) -> dict[str, Any]:
    """A kept assessment in the shape of a fresh answer, its figures computed again under its own policy."""
    fresh = assess(assessment.facts, policies=assessment.policy)
    return {
        **fresh,
        "lines": assessment.lines,
        "reasons": assessment.reasons,
        "monthly_amount": str(assessment.monthly_amount),
        "persons": assessment.persons,
        "first_month": format_month(assessment.first_month) if assessment.first_month else None,
        "eligible": assessment.eligible,
    }


def asset_rows(case: Any, answer: dict[str, Any], persons: int = 1) -> list[dict[str, Any]]:
    """Assets of `persons` with what the formula says of each: 符合 or the reason."""
    figures = answer.get("figures", {})
    failed = {one["code"]: one.get("text") for one in answer.get("reasons", [])}
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
                "differs": item.differs,
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
