"""选民名单: the names, who votes through whom, objections."""

from typing import Any

import django_filters
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html_join

from casework.services import today
from core.errors import UserError
from core.filters import AnyChoiceFilter, FilterSet
from core.lists import ListPage
from core.pages import Action, Confirm, VerbView
from core.tables import DayColumn, MaskedColumn, Table, TextColumn
from grassroots import forms, pages, roll
from grassroots.models import RollObjection, Voter
from grassroots.views.elections import OfElection, election_url, shown
from grassroots.views.shared import HOME, ROUND, SEEING, OfLine


class VoterFilter(FilterSet):
    state = AnyChoiceFilter(
        label="名单",
        choices=[("on", "在册"), ("off", "已除名"), ("agent", "委托他人投票")],
        method="filter_state",
    )
    name = django_filters.CharFilter(label="姓名", lookup_expr="startswith")

    def filter_state(self, queryset: Any, name: str, value: str) -> Any:
        if value == "agent":
            return queryset.filter(removed_on=None).exclude(agent=None)
        return queryset.filter(removed_on__isnull=value == "on")


class VoterTable(Table):
    name = TextColumn(verbose_name="姓名")
    sex = TextColumn(verbose_name="性别", accessor="get_sex_display", orderable=False)
    birth_date = DayColumn(verbose_name="出生日期", drop=True)
    id_number = MaskedColumn(verbose_name="身份证号")
    group = TextColumn(verbose_name="户编号或小组", drop=True)
    agent = TextColumn(verbose_name="受托人", accessor="agent__name")
    removed_reason = TextColumn(verbose_name="除名原因", drop=True)
    handle = TextColumn(verbose_name="办理", empty_values=(), orderable=False)

    def render_handle(self, record: Any) -> Any:
        if record.removed_on or not self.may:
            return "—"
        link = '<a href="{}">{}<span class="visually-hidden"> {}</span></a>'
        places = (("除名", "grassroots:voter_remove"), ("委托", "grassroots:voter_agent"))
        return format_html_join(
            " ", link, ((reverse(name, args=[record.pk]), label, record.name) for label, name in places)
        )

    may = False

    def value_handle(self, record: Any) -> str:
        return ""


class Roll(OfLine, ListPage):
    """选民名单 of an election, name by name."""

    title, unit = "选民名单", "人"
    roles = SEEING
    filterset_class, table_class = VoterFilter, VoterTable
    defaults = {"state": "on"}
    empty_why = "可以从登记册生成，也可以逐人登记；只登记人数的不用建名单。"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.election = get_object_or_404(shown(request.user), pk=kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.http_method_not_allowed(request)

    def get_title(self) -> str:
        return f"{self.election.division.name}选民名单"

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, ROUND, (self.election.subject, election_url(self.election))]

    def queryset(self, request: HttpRequest) -> Any:
        rows = Voter.objects.visible_to(request.user).filter(election=self.election)
        return rows.select_related("agent").order_by("group", "id")

    def table(self, request: HttpRequest, queryset: Any) -> Any:
        table = super().table(request, queryset)
        table.may = pages.may(self.election, request.user)["agents"]
        return table

    def totals(self, queryset: Any) -> dict[str, Any]:
        return queryset.aggregate(count=Count("pk"))

    def actions(self, request: HttpRequest) -> list[Action]:
        allowed, found = pages.may(self.election, request.user), []
        if allowed["roll"]:
            found.append(Action("登记选民", reverse("grassroots:voter_add", args=[self.election.pk])))
        if allowed["roll_import"]:
            found.append(
                Action(
                    "从登记册生成", reverse("grassroots:roll_import", args=[self.election.pk]), primary=True
                )
            )
        return found


class RollImport(OfElection, VerbView):
    title = "从登记册生成选民名单"

    def confirm(self, request: HttpRequest, obj: Any) -> Confirm:
        who = "每户一名代表（户主）" if obj.mode == "households" else "投票日满 18 周岁的居民"
        return Confirm(
            lead=f"按登记册生成{obj.division.name}选民名单：{who}，已在其他村（社区）登记的不列入。",
            button="生成选民名单",
            undo="生成后可以逐人增减；已在名单上的不重复。",
        )

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        count = roll.import_roll(obj, request.user)
        return f"名单新增 {count} 人。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("grassroots:roll", args=[obj.pk])

    back_url = success_url


class VoterAdd(OfElection, VerbView):
    title, button, form_class = "登记选民", "登记选民", forms.VoterForm
    template_name = "grassroots/verb.html"

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        made = roll.add_voter(obj, request.user, **data)
        return f"已登记选民 {made.name}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("grassroots:roll", args=[obj.pk])

    back_url = success_url


class OfVoter(OfElection):
    def queryset(self, request: HttpRequest) -> Any:
        return Voter.objects.visible_to(request.user).select_related("election__division", "agent")

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("grassroots:roll", args=[obj.election_id])

    back_url = success_url


class VoterRemove(OfVoter, VerbView):
    title, button, form_class = "选民除名", "除名", forms.ReasonForm

    def confirm(self, request: HttpRequest, obj: Any) -> Confirm:
        return Confirm(
            lead=f"把 {obj.name} 从选民名单上除名。",
            button="除名",
            undo="记录保留，可以重新登记。",
            danger=True,
        )

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        roll.remove_voter(obj, data["reason"], request.user)
        return f"{obj.name}已除名。"


class VoterAgent(OfVoter, VerbView):
    title, button, form_class = "登记委托投票", "登记委托", forms.AgentForm
    template_name = "grassroots/verb.html"

    def get_title(self) -> str:
        return f"{self.object.name}委托投票"

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        agent = obj.agent
        return {"agent": agent.name if agent else "", "relation": obj.agent_relation}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        text = data["agent"].strip()
        if not text:
            roll.set_agent(obj, None, "", request.user)
            return f"{obj.name}的委托已撤销。"
        rows = Voter.objects.visible_to(request.user).filter(election=obj.election_id, removed_on=None)
        found = list(rows.filter(Q(name=text) | Q(id_number=text.upper()))[:2])
        if not found:
            raise UserError(f"名单上没有“{text}”。", field="agent")
        if len(found) > 1:
            raise UserError(f"名单上不止一个“{text}”，请填身份证号。", field="agent")
        roll.set_agent(obj, found[0], data["relation"], request.user)
        return f"{obj.name}委托{found[0].name}投票。"


class ObjectionAdd(OfElection, VerbView):
    title, button, form_class = "登记名单申诉", "登记申诉", forms.ObjectionForm
    template_name = "grassroots/verb.html"

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"version": obj.version, "raised_on": today()}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        roll.record_objection(obj, request.user, **data)
        return f"已登记{data['by']}的申诉，请在三日内处理。"


class ObjectionDecide(OfElection, VerbView):
    title, button, form_class = "处理名单申诉", "登记处理决定", forms.DecisionForm
    template_name = "grassroots/verb.html"

    def queryset(self, request: HttpRequest) -> Any:
        return RollObjection.objects.visible_to(request.user).select_related("election__division")

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"decided_on": today()}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        roll.decide_objection(
            obj,
            request.user,
            decided_on=data["decided_on"],
            outcome=data["outcome"],
            voters_change=data["voters_change"] or 0,
        )
        return f"{obj.by}的申诉已处理。"
