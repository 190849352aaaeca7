"""The page on which the bureau sees all 98 villages, late ones first; launching the round."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import Case, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.http import HttpRequest
from django.urls import reverse

from casework.models import CaseState
from casework.services import today
from core.filters import AnyChoiceFilter, FilterSet
from core.lists import ListPage
from core.pages import Action, VerbView
from core.tables import DayColumn, LinkColumn, NameColumn, Table, TextColumn
from core.templatetags import ui
from district.models import Division, DivisionLevel, Role
from grassroots import pages, services
from grassroots.forms import LaunchForm, suggested_polling_day
from grassroots.models import Election, ElectionRound, TownshipLaunch
from grassroots.views.shared import HOME, OFFICER, ROUND, SEEING, OfLine
from grassroots.workflow import ELECTION

NOT_LAUNCHED = "none"


def stage_choices() -> list[tuple[str, str]]:
    return [(NOT_LAUNCHED, "未启动"), *((one.code, one.label) for one in ELECTION.stages)]


def township_choices() -> list[tuple[str, str]]:
    rows = Division.objects.filter(level=DivisionLevel.TOWNSHIP, until=None).order_by("code")
    return list(rows.values_list("code", "name"))


def year_choices() -> list[tuple[str, str]]:
    return [(str(year), f"{year} 年") for year in ElectionRound.objects.values_list("year", flat=True)]


class VillageFilter(FilterSet):
    year = AnyChoiceFilter(label="批次", choices=year_choices, method="keep", empty_label="最近一批")
    township = AnyChoiceFilter(label="乡镇（街道）", choices=township_choices, field_name="parent_id")
    stage = AnyChoiceFilter(label="环节", choices=stage_choices, method="filter_stage")
    due = AnyChoiceFilter(
        label="时限", choices=[("late", "已逾期"), ("week", "七日内到期")], method="filter_due"
    )
    name = django_filters.CharFilter(label="村（社区）", lookup_expr="contains")

    def keep(self, queryset: Any, name: str, value: str) -> Any:
        """The round is chosen where the rows are made."""
        return queryset

    def filter_stage(self, queryset: Any, name: str, value: str) -> Any:
        if value == NOT_LAUNCHED:
            return queryset.filter(election__isnull=True)
        return queryset.filter(stage=value)

    def filter_due(self, queryset: Any, name: str, value: str) -> Any:
        now = today()
        if value == "late":
            return queryset.filter(due__lt=now, state=CaseState.OPEN)
        return queryset.filter(due__range=(now, now.fromordinal(now.toordinal() + 7)), state=CaseState.OPEN)


class VillageTable(Table):
    name = NameColumn(verbose_name="村（社区）", url=lambda one: village_url(one))
    township = TextColumn(verbose_name="乡镇（街道）", accessor="parent__name", order_by="code")
    stage = TextColumn(verbose_name="环节")
    polling = DayColumn(verbose_name="投票日")
    due = DayColumn(verbose_name="本环节期限")
    left = TextColumn(verbose_name="时限（自然日）", accessor="due", order_by="due")
    actor = TextColumn(verbose_name="应办", drop=True)
    number = LinkColumn(verbose_name="编号", drop=True, url=lambda one: village_url(one))

    def render_stage(self, record: Any) -> str:
        return ELECTION.stage(record.stage).label if record.stage else "未启动"

    value_stage = render_stage

    def render_polling(self, value: Any) -> str:
        return ui.day_full(value) if value else "—"

    render_due = render_polling

    def render_left(self, record: Any) -> Any:
        if record.state != CaseState.OPEN:
            return "—"
        words, tone = pages.days_words(record.due, today())
        return ui.tag(words, tone=tone) if tone else words

    def value_left(self, record: Any) -> str:
        return pages.days_words(record.due, today())[0] if record.state == CaseState.OPEN else ""

    def render_actor(self, value: Any) -> str:
        return dict(Role.choices).get(value, "") if value else "—"

    value_actor = render_actor


def village_url(village: Any) -> str:
    """The election's page; before launch the list of committees for that village."""
    if village.election:
        return reverse("grassroots:election", args=[village.election])
    return f"{reverse('grassroots:committees')}?{urlencode({'village': village.name})}"


def asked_round(request: HttpRequest) -> ElectionRound | None:
    """The round in the address, else the newest one."""
    year = request.GET.get("year", "")
    rounds = ElectionRound.objects.order_by("-year")
    return (rounds.filter(year=year).first() if year.isdigit() else None) or rounds.first()


class RoundPage(OfLine, ListPage):
    """换届进度: every village with stage, polling day and what is left, the latest first; a township sees its own."""

    title, unit, crumbs = "换届选举", "个村（社区）", [HOME, ("换届选举", "")]
    roles = SEEING
    filterset_class, table_class = VillageFilter, VillageTable
    template_name = "grassroots/round.html"
    per_page = 200
    empty_why = "换届还没有启动。"

    def queryset(self, request: HttpRequest) -> Any:
        self.round = asked_round(request)
        mine = Election.objects.filter(committee__division=OuterRef("pk"), round=self.round)
        if self.round is None:
            mine = mine.none()

        def of(name: str) -> Subquery:
            return Subquery(mine.values(name)[:1])

        rank = Case(
            When(state=CaseState.OPEN, then=Value(0)),
            When(election__isnull=True, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        shown = Division.objects.visible_to(request.user).filter(level=DivisionLevel.VILLAGE, until=None)
        self.all_rows = shown.annotate(
            election=of("pk"),
            number=of("number"),
            stage=of("stage"),
            state=of("state"),
            polling=of("polling_day"),
            due=of("due_on"),
            actor=of("actor_role"),
        ).annotate(rank=rank)
        rows = self.all_rows.select_related("parent")
        return rows.order_by("rank", F("due").asc(nulls_last=True), "code")

    def facts(self, request: HttpRequest, count_words: str) -> list[Any]:
        return [str(self.round) if self.round else "换届还没有启动", count_words]

    def actions(self, request: HttpRequest) -> list[Action]:
        if request.user.role != Role.BUREAU_OFFICER:
            return []
        return [Action("启动换届", reverse("grassroots:launch"), primary=True)]

    def data(self, request: HttpRequest) -> Mapping[str, Any]:
        return {"counts": self.counts(request), "launches": self.launches(request)}

    def counts(self, request: HttpRequest) -> list[dict[str, Any]]:
        """How many villages stand at each stage, how many are late; each leads to its rows."""
        now, rows = today(), list(self.all_rows.values_list("stage", "state", "due"))
        at = Counter(stage or NOT_LAUNCHED for stage, _, _ in rows)
        late = sum(bool(state == CaseState.OPEN and due and due < now) for _, state, due in rows)
        year = {"year": self.round.year} if self.round else {}
        found = [
            {"label": label, "count": at[code], "url": f"?{urlencode({'stage': code, **year})}"}
            for code, label in stage_choices()
            if at[code] or code != "cancelled"
        ]
        found.append(
            {"label": "逾期", "count": late, "url": f"?{urlencode({'due': 'late', **year})}", "late": late}
        )
        found.append({"label": "合计", "count": len(rows), "url": "?"})
        return found

    def launches(self, request: HttpRequest) -> Any:
        rows = TownshipLaunch.objects.visible_to(request.user).filter(round=self.round)
        return rows.select_related("division").order_by("launched_on", "division")


class Launch(OfLine, VerbView):
    """启动换届: the bureau launches townships with their polling days in one act; a pilot may run ahead."""

    title, button = "启动换届", "启动换届"
    roles = OFFICER
    template_name = "grassroots/launch.html"
    crumbs = [HOME, ROUND, ("启动换届", "")]

    def open_townships(self, request: HttpRequest) -> list[Division]:
        year = str(request.POST.get("year") or request.GET.get("year") or today().year)
        launched = TownshipLaunch.objects.filter(round__year=int(year) if year.isdigit() else 0)
        rows = Division.objects.visible_to(request.user).filter(level=DivisionLevel.TOWNSHIP, until=None)
        return list(rows.exclude(Q(pk__in=launched.values("division"))).order_by("code"))

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        year = request.GET.get("year", "")
        initial = {
            "year": int(year) if year.isdigit() else today().year,
            "polling_day": suggested_polling_day(),
        }
        return LaunchForm(data, initial=initial, townships=self.open_townships(request))

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        form = self.get_form(request, obj, request.POST)
        form.is_valid()
        made = services.launch(data["year"], form.chosen(), request.user)
        return f"已启动 {len(data['townships'])} 个乡镇（街道）{len(made)} 个村（社区）的换届。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("grassroots:round")

    back_url = success_url
