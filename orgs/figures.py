"""The year's figures of the room, counted from rows."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from core.places import Figure
from orgs.models import InspectionReport, Organisation, OrgKind, ReportState


def registered(bodies: QuerySet, year: int) -> QuerySet:
    """在册: registered by the year's end and not ended then."""
    end = date(year, 12, 31)
    return bodies.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=end), founded_on__lte=end)


def inspected(reports: QuerySet, year: int) -> QuerySet:
    """Conclusions given in the year, whatever year the reports are on."""
    return reports.filter(state=ReportState.CONCLUDED, concluded_on__year=year)


def figures(year: int, user: Any = None) -> Iterable[Figure]:
    bodies, reports = Organisation.objects.all(), InspectionReport.objects.all()
    if user is not None:
        bodies, reports = bodies.visible_to(user), reports.visible_to(user)
    if not bodies.filter(founded_on__lte=date(year, 12, 31)).exists():
        return []
    counts = registered(bodies, year).aggregate(
        total=Count("pk"),
        associations=Count("pk", filter=Q(kind=OrgKind.ASSOCIATION)),
        private_units=Count("pk", filter=Q(kind=OrgKind.PRIVATE_UNIT)),
        foundations=Count("pk", filter=Q(kind=OrgKind.FOUNDATION)),
    )
    address, kinds = reverse("orgs:organisations"), {"associations": "association"}
    kinds |= {"private_units": "private_unit", "foundations": "foundation"}
    labels = {
        "total": "在册社会组织",
        "associations": "社会团体",
        "private_units": "民办非企业单位",
        "foundations": "基金会",
    }
    found = [
        Figure(
            f"orgs.{name}",
            label,
            counts[name],
            "家",
            f"{address}?state=&on={year}-12-31" + (f"&kind={kinds[name]}" if name in kinds else ""),
        )
        for name, label in labels.items()
    ]
    done = inspected(reports, year).count()
    return [*found, Figure("orgs.inspected", "年度检查作出结论", done, "家", reverse("orgs:campaigns"))]
