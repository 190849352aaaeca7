"""The right to see stands in the query: every list starts with `.visible_to(user)`."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import Q

# Roles that see people and money of all lines in their area; the others see their own lines only.
ALL_LINES = {"finance", "leader", "auditor", "township_clerk", "township_leader"}
NO_CASE_DATA = {"sysadmin"}
# Roles that see the files of their own office (婚姻登记档案); nobody else sees those of any office.
OFFICE_ROLES = {"registrar"}


class ScopedQuerySet(models.QuerySet):
    """A queryset that knows its way to the division (`division_path`) and to the line (`line_path`) of its rows.

    `division_path = ""` means that the row is a division; `line_path` missing means that no line owns it.
    `office_path`: where it leads to an office, only the registrars of that office see the row.
    `is_case_data = False`: the row is about the bureau, not about people, and the system administrator sees it too.
    """

    def visible_to(self, user) -> "ScopedQuerySet":
        """Rows inside the user's area and lines; none for nobody and the inactive, none about people for a sysadmin."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        path = self.model.division_path
        condition = within(path, user.division_id)
        about_people = path != "" and getattr(self.model, "is_case_data", True)
        if about_people and user.role in NO_CASE_DATA:
            return self.none()
        line_path = getattr(self.model, "line_path", None)
        if line_path and user.role not in ALL_LINES:
            condition &= Q(**{f"{line_path}__in": user.lines})
        office_path = getattr(self.model, "office_path", None)
        if office_path:
            own = Q(**{office_path: user.office_id}) if user.role in OFFICE_ROLES else Q()
            condition &= Q(**{f"{office_path}__isnull": True}) | own
        return self.filter(condition)

    def within(self, division_code: str) -> "ScopedQuerySet":
        """Rows whose division is the given one or lies in it."""
        return self.filter(within(self.model.division_path, division_code))


def within(path: str, division_code: str) -> Q:
    """Condition: the division at `path` is, or lies in, the one with this code."""
    lookup = f"{path}__code__startswith" if path else "code__startswith"
    return Q(**{lookup: division_code})


def works_on(*lines: str) -> Callable[[Any], bool]:
    """Whether an account's work is of one of the lines: for a menu that an officer of another line needs not see."""
    return lambda user: user.role in ALL_LINES or bool(set(lines) & set(user.lines))
