"""社会组织登记信息公开: a register that needs no login and shows only what is public.

No session is opened and none is needed. Never phones, identity numbers, members or who in the bureau did what.
"""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views import View

from orgs.models import MeasureState, Organisation, OrgKind, OrgState, ReportState

PER_PAGE = 30
MOST_PAGES = 1_000
# Looks a minute from one address; enough for people, too few for copying the register in one go.
PER_MINUTE = 120
# Nothing else is read from the database for these pages.
PUBLIC = (
    "name",
    "credit_code",
    "kind",
    "address",
    "representative_name",
    "supervisor",
    "direct_kind",
    "founded_on",
    "ended_on",
    "state",
)


def address_of(request: HttpRequest) -> str:
    """Where a look comes from: behind the office's proxy its own last entry counts, which a visitor can't write."""
    if settings.SECURE_PROXY_SSL_HEADER:
        passed_on = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if passed_on:
            return passed_on[:45]
    return request.META.get("REMOTE_ADDR", "")


def too_many(request: HttpRequest) -> bool:
    """Whether this address has looked more often in this minute than a person does."""
    key = f"orgs-public:{address_of(request)}"
    cache.add(key, 0, 60)
    try:
        return cache.incr(key) > PER_MINUTE
    except ValueError:  # the minute ended between the two
        return False


class PublicPage(View):
    """A page for everyone."""

    http_method_names = ["get", "head"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if too_many(request):
            answer = render(request, "orgs/public_busy.html", {"title": "查询过于频繁"}, status=429)
            answer["Retry-After"] = "60"
            return answer
        answer = super().dispatch(request, *args, **kwargs)
        answer["Cache-Control"] = "public, max-age=300"
        return answer


class PublicList(PublicPage):
    """Search by name or code, in pages. Result pages are not for search engines, the bodies' own pages are."""

    def get(self, request: HttpRequest) -> HttpResponse:
        text = request.GET.get("q", "").strip()[:40].replace("\x00", "")
        kind = request.GET.get("kind", "")
        page = request.GET.get("page", "1")
        number = min(max(int(page), 1), MOST_PAGES) if page.isdigit() and len(page) < 6 else 1
        shown = Organisation.objects.only(*PUBLIC).order_by("name", "pk")
        if kind in OrgKind.values:
            shown = shown.filter(kind=kind)
        if text:
            shown = shown.filter(Q(name__icontains=text) | Q(credit_code__startswith=text.upper()))
        total = shown.count()
        start = (number - 1) * PER_PAGE
        context = {
            "title": "社会组织登记信息公开",
            "rows": shown[start : start + PER_PAGE],
            "total": total,
            "text": text,
            "kind": kind if kind in OrgKind.values else "",
            "kinds": OrgKind.choices,
            "page": number,
            "previous": number - 1 if number > 1 else None,
            "next": number + 1 if start + PER_PAGE < total else None,
        }
        answer = render(request, "orgs/public_list.html", context)
        if text or number > 1:
            answer["X-Robots-Tag"] = "noindex"
        return answer


class PublicOrganisation(PublicPage):
    """One body by its code."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        body = get_object_or_404(Organisation.objects.only(*PUBLIC), credit_code=code.upper())
        inspections = body.inspections.filter(state=ReportState.CONCLUDED).order_by("-campaign__year")
        measures = body.measures.filter(state=MeasureState.DECIDED).order_by("-decided_on")
        context = {
            "title": body.name,
            "body": body,
            "is_live": body.state in (OrgState.ACTIVE, OrgState.EXCEPTION),
            "inspections": inspections.select_related("campaign").only(
                "conclusion", "concluded_on", "campaign__year"
            ),
            "measures": measures.only("kind", "decided_on"),
        }
        return render(request, "orgs/public_organisation.html", context)
