"""统计: counts of a year, without any name."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from casework.services import today
from core.pages import TemplatePage
from district.models import Role
from marriage import figures
from marriage.models import Kind
from marriage.views.common import HOME


class Statistics(TemplatePage):
    """Pairs by kind and month, first and later marriages, ages."""

    title, template_name, crumbs = "婚姻登记统计", "marriage/statistics.html", [HOME, ("婚姻登记统计", "")]
    roles = {Role.REGISTRAR, Role.BUREAU_OFFICER, Role.LEADER, Role.AUDITOR, Role.FINANCE}

    def data(self, request: HttpRequest) -> dict[str, Any]:
        if not figures.may_count(request.user):
            raise PermissionDenied("您不办理婚姻登记业务。")
        known = figures.years(request.user)
        text = request.GET.get("year", "")
        year = int(text) if text.isdigit() and len(text) == 4 else known[0] if known else today().year
        return {
            "year": year,
            "years": known,
            "found": figures.of_year(year, request.user),
            "kinds": [(one.value, one.label) for one in Kind],
        }
