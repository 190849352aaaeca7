"""The policy in force in a month: standards and parameters of a programme, as one flat dictionary.

Keys are the parameter keys of the admin (`asset_months`, `uplift.minor`), `standard` for the programme's own standard
and `standard.<category>` for those of a category, with `since.<category>` as the first month of that amount. Money and
ratios are Decimal, counts int, lists and switches as kept.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from benefits.models import Parameter, Standard
from core.errors import UserError

Policy = dict[str, Any]


def thaw(value: Any) -> Any:
    """A value as kept in JSON → the value to count with: numeric text and floats become Decimal."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, str):
        try:
            number = Decimal(value)
        except InvalidOperation:
            return value
        return number if number.is_finite() else value
    if isinstance(value, list):
        return [thaw(one) for one in value]
    return value


def freeze(value: Any) -> Any:
    """The reverse of `thaw`, for JSON: Decimal and dates become text, all else stays."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): freeze(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [freeze(one) for one in value]
    return value


def flatten(values: Mapping, prefix: str = "") -> Policy:
    """`{"uplift": {"minor": 0.2}}` and `{"uplift.minor": 0.2}` say the same; the answer is the second form."""
    flat: Policy = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = thaw(value)
    return flat


def merge(base: Mapping, overrides: Mapping | None) -> Policy:
    """`base` with what `overrides` names replaced. UserError when a standard is not an amount ≥ 0."""
    if overrides is not None and not isinstance(overrides, Mapping):
        raise UserError("policy 应当按“项目代码 → 参数”填写。")
    merged = {**base, **flatten(overrides or {})}
    for key, value in merged.items():
        if isinstance(value, Decimal) and not value.is_finite():
            raise UserError(f"政策参数“{key}”不是数字。")
        if key == "standard" or key.startswith("standard."):
            if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
                raise UserError(f"标准“{value}”不是金额。")
            merged[key] = Decimal(value)
    return merged


class PolicyTable:
    """All standards and parameters of some programmes, read once; `get` answers for any month and place."""

    def __init__(self, programmes: Iterable[str]):
        codes = list(programmes)
        self._standards = list(
            Standard.objects.filter(programme__in=codes)
            .order_by("effective_from")
            .values_list("programme_id", "category", "division_id", "effective_from", "amount", "source")
        )
        self._parameters = list(
            Parameter.objects.filter(programme__in=codes)
            .order_by("effective_from")
            .values_list("programme_id", "key", "effective_from", "value")
        )
        self._cached = lru_cache(maxsize=None)(self._build)

    def get(self, programme: str, month: date, division_code: str | None = None) -> Policy:
        """The policy of the programme in that month; with a place, the standard of the nearest division around it,
        else the one of the widest."""
        return dict(self._cached(programme, month, division_code))

    def _build(self, programme: str, month: date, division_code: str | None) -> Policy:
        policy: Policy = {
            key: thaw(value)
            for code, key, since, value in self._parameters
            if code == programme and since <= month
        }
        # The nearest division wins over a later date of a wider one; without a place the widest wins.
        reach: dict[str, int] = {}
        for code, category, division, since, amount, source in self._standards:
            if code != programme or since > month:
                continue
            if division_code is not None and not division_code.startswith(division):
                continue
            key = f"standard.{category}" if category else "standard"
            nearness = len(division) if division_code is not None else -len(division)
            if nearness >= reach.get(key, -99):
                reach[key] = nearness
                policy[key] = amount
                if category:
                    # From when this amount is: of two layouts of age bands the newer one counts.
                    policy[f"since.{category}"] = since.isoformat()
                else:
                    policy["standard_source"] = source
        return policy


def policy_table(programmes: Iterable[str]) -> PolicyTable:
    """The policies of several programmes for bulk work: two queries, then none. The table answers for every month."""
    return PolicyTable(programmes)


def policy_for(programme_code: str, month: date, division_code: str | None = None) -> Policy:
    """Standards and parameters of the programme in force in that month (two queries)."""
    return PolicyTable([programme_code]).get(programme_code, month, division_code)


def parameter(key: str, month: date, programme: str | None = None) -> Any:
    """One parameter in force in that month, the bureau-wide one without a programme; UserError when there is none."""
    row = (
        Parameter.objects.filter(programme=programme, key=key, effective_from__lte=month)
        .order_by("-effective_from")
        .first()
    )
    if row is None:
        raise UserError(f"{month:%Y-%m} 没有施行的政策参数“{key}”，请在后台管理中补上。")
    return thaw(row.value)
