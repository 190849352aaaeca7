"""The dated parameters of the room: limits of law and bureau, kept by the bureau in the admin as `orgs.<name>`."""

from datetime import date
from typing import Any

from benefits.models import Parameter
from benefits.policy import thaw
from core.errors import UserError

PREFIX = "orgs."


class OrgPolicy(dict[str, Any]):
    """Parameters by name without prefix; one that is missing is said in words."""

    def __missing__(self, name: str) -> Any:
        raise UserError(f"没有施行的政策参数“{PREFIX}{name}”，请在后台管理中补上。")


def policy_on(day: date) -> OrgPolicy:
    """All parameters of the room in force on that day, in one query."""
    rows = Parameter.objects.filter(
        programme=None, key__startswith=PREFIX, effective_from__lte=day.replace(day=1)
    ).order_by("effective_from")
    return OrgPolicy({row.key.removeprefix(PREFIX): _read(row.value) for row in rows})


def _read(value: Any) -> Any:
    """Lists of words stay words; numbers are counted with."""
    return value if isinstance(value, list) else thaw(value)
