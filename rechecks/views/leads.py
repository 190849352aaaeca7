"""Pages of 应保尽保: the leads, one lead with the tries to reach the person."""

from typing import Any

import django_filters
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from core.filters import AnyChoiceFilter, FilterSet, mask
from core.lists import ListPage
from core.models import Job
from core.months import month_of
from core.pages import Action, DetailPage, VerbView
from core.tables import DayColumn, MoneyColumn, NameColumn, Table, TagColumn, TextColumn
from core.workdays import Calendar
from district.models import Line
from rechecks import missing, services
from rechecks.forms import ContactForm, MonthForm
from rechecks.models import LEAD_SETTLED, Contact, Lead, LeadState
from rechecks.views import CLERK, HOME, LEADS, OFFICER, SEEING, OfRelief


class Leads(FilterSet):
    more = ("division",)
    state = AnyChoiceFilter(label="状态", choices=LeadState.choices)
    ground = AnyChoiceFilter(label="线索", choices=list(missing.GROUNDS.items()))
    due = AnyChoiceFilter(label="时限", choices=[("late", "已逾期")], method="late")
    q = django_filters.CharFilter(label="姓名", field_name="person__name", lookup_expr="startswith")
    division = django_filters.CharFilter(
        label="区划代码", field_name="division__code", lookup_expr="startswith"
    )

    def late(self, queryset, name, value):
        return queryset.exclude(state__in=LEAD_SETTLED).filter(due_on__lt=timezone.localdate())


class LeadTable(Table):
    person = NameColumn(verbose_name="居民", accessor="person__name")
    division = TextColumn(verbose_name="村（社区）", accessor="division__name")
    programme = TextColumn(verbose_name="可能符合", accessor="programme__name")
    ground = TextColumn(verbose_name="线索")
    why = TextColumn(verbose_name="为什么", orderable=False, drop=True)
    amount = MoneyColumn(verbose_name="估算月金额（元）")
    due_on = DayColumn(verbose_name="联系期限", drop=True)
    state = TagColumn(verbose_name="状态", plain={"reached"})

    def render_ground(self, value):
        return missing.GROUNDS.get(value, value)

    value_ground = render_ground


class LeadList(ListPage):
    title, unit, crumbs = "应保未保", "人", [HOME, ("应保未保", "")]
    roles = SEEING
    filterset_class, table_class = Leads, LeadTable
    defaults = {"state": "open"}
    empty_why = "线索由“查找应保未保”按登记的事实和现行标准找出，每月自动查找一次。"

    def queryset(self, request: HttpRequest) -> Any:
        joined = ("person", "division", "programme")
        return Lead.objects.visible_to(request.user).select_related(*joined).order_by("due_on", "-id")

    def actions(self, request: HttpRequest) -> list[Action]:
        if request.user.role in OFFICER and Line.RELIEF in request.user.lines:
            return [Action("查找应保未保", reverse("rechecks:leads_find"), primary=True)]
        return []


class FindLeads(OfRelief, VerbView):
    title, button, form_class, roles, crumbs = "查找应保未保", "开始查找", MonthForm, OFFICER, [HOME, LEADS]

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"month": month_of(timezone.localdate())}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        self.job: Job = services.start_finding(data["month"], request.user)
        return "已开始查找，可离开本页。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("core:job", args=[self.job.pk])

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("rechecks:leads")


class OfLead:
    def queryset(self, request: HttpRequest) -> Any:
        joined = ("person", "household", "division", "programme")
        return Lead.objects.visible_to(request.user).select_related(*joined)


class LeadPage(OfLead, DetailPage):
    template_name, roles, crumbs = "rechecks/lead.html", SEEING, [HOME, LEADS]

    def facts(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [mask(obj.person.id_number), obj.division.name, missing.GROUNDS.get(obj.ground, "")]

    def actions(self, request: HttpRequest, obj: Any) -> list[Action]:
        if request.user.role not in CLERK or obj.state in LEAD_SETTLED:
            return []
        return [Action("登记联系", reverse("rechecks:lead_contact", args=[obj.pk]), primary=True)]

    def data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        is_open = obj.state not in LEAD_SETTLED
        contacts = Contact.objects.visible_to(request.user).filter(lead=obj).select_related("recorded_by")
        return {
            "contacts": contacts,
            "days": Calendar().left(timezone.localdate(), obj.due_on) if is_open else None,
            "may_apply": request.user.role in CLERK and is_open,
        }


class ContactLead(OfLead, VerbView):
    title, button, form_class, roles = "登记联系", "登记联系", ContactForm, CLERK

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, LEADS, (str(self.object), self.object.get_absolute_url())]

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"version": obj.version, "contacted_on": timezone.localdate()}

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"facts": [obj.person.name, obj.division.name, str(obj.programme)]}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        row = missing.contact(obj, request.user, **data)
        return f"已登记与 {obj.person} 的联系：{row.get_state_display()}。"
