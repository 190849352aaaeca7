"""Pages of 应保尽保: the leads, one lead with the tries to reach the person."""

from typing import Any

import django_filters
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from core.excel import Book
from core.exports import traced
from core.files import XLSX, respond
from core.filters import AnyChoiceFilter, FilterSet, mask
from core.lists import ListPage
from core.models import Job
from core.months import month_of
from core.pages import Action, DetailPage, VerbView
from core.places import Stat
from core.tables import DayColumn, MoneyColumn, NameColumn, Table, TagColumn, TextColumn
from core.templatetags.ui import money_text
from core.workdays import Calendar
from district.models import Line
from rechecks import ailing, missing, reached, services
from rechecks.forms import ContactForm, MonthForm
from rechecks.kinds import KINDS
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
    amount = MoneyColumn(verbose_name="估算（元/月）")
    now_monthly = MoneyColumn(verbose_name="现发（元/月）", orderable=False)
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
    template_name = "rechecks/leads.html"
    empty_why = "线索由“查找应保未保”按登记的事实和现行标准找出，每月自动查找一次。"

    def queryset(self, request: HttpRequest) -> Any:
        joined = ("person", "division", "programme")
        rows = Lead.objects.visible_to(request.user).select_related(*joined)
        return rows.annotate(now_monthly=reached.now("monthly_amount")).order_by("due_on", "-id")

    def data(self, request: HttpRequest) -> dict[str, Any]:
        year = timezone.localdate().year
        return {"stats": stats(Lead.objects.visible_to(request.user), year), "warnings": said_aloud()}

    def export(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        """The list as every list; the first sheet, with what came of it, where it is short enough to wait for."""
        if queryset.order_by()[: self.export_limit + 1].count() > self.export_limit:
            return super().export(request, queryset)
        return self.with_totals(request, queryset)

    def with_totals(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        head, *rows = self.table(request, queryset).as_values()
        traced(self, request.user, len(rows), request.GET.urlencode(), request)
        day, leads = timezone.localdate(), Lead.objects.visible_to(request.user)
        book = Book()
        book.sheet("应保未保", f"应保未保（{request.user.division}）", head, rows, words=5)
        add_sheet(book, f"{day.year} 应保尽保成效（{request.user.division}）", tables(leads, day.year))
        return respond(f"应保未保-{day:%Y%m%d}.xlsx", book.content(), XLSX)

    def actions(self, request: HttpRequest) -> list[Action]:
        if request.user.role in OFFICER and Line.RELIEF in request.user.lines:
            return [Action("查找应保未保", reverse("rechecks:leads_find"), primary=True)]
        return []


def stats(leads: Any, year: int) -> list[Stat]:
    """What the year's search found and how much of it now reaches people."""
    rows = reached.of_year(leads, year)
    row = reached.whole(rows, reached.paid_on(rows, year))
    left = f"还有 {row.open:,} 人待办"
    return [
        Stat(f"{year} 年发现", f"{row.found:,}", "人", left),
        Stat("已享受", f"{row.reached:,}", "人", f"现保障 {row.persons:,} 人"),
        Stat("现每月发放", money_text(row.monthly), "元", "已享受的待遇现在的月金额"),
        Stat("本年已发", money_text(row.paid), "元", "银行已发放成功"),
        Stat(
            "没有办",
            f"{row.declined + row.refuted:,}",
            "人",
            f"不申请 {row.declined:,}，不符合 {row.refuted:,}",
        ),
    ]


def said_aloud() -> list[str]:
    """What the search can't know for want of lists: nobody is called served by a list that was not there."""
    day, kind = timezone.localdate(), KINDS[ailing.KIND]
    used, named = services.newest_lists()[kind.code], services.newest_lists(has_numbers=False)[kind.code]
    found = []
    if used is None:
        what = f"{kind.name}只有无身份证号的，不用来查找" if named else f"没有{kind.name}"
        found.append(f"{what}：重残人员只按登记册里的残疾证查找，没有找到不等于没有。")
    else:
        if services.is_stale(used, day):
            found.append(f"{kind.name}截至 {used.as_of}，已过期：此后领证的人没有查到。")
        if used.rejected:
            found.append(f"{kind.name}（截至 {used.as_of}）有 {used.rejected:,} 行没有载入，这些人没有查。")
    if gone := services.missing_kinds():
        found.append(f"没有{'、'.join(gone)}：因这些原因停发的，不知道原因是否已消失。")
    if stale := services.stale_kinds():
        found.append(f"{'、'.join(stale)}已过期：此后消失的停发原因没有查到。")
    return found


HEADS = [
    "",
    "发现（人）",
    "待办",
    "已享受（人）",
    "不申请",
    "不符合",
    "现保障（人）",
    "现每月发放（元）",
    "本年已发（元）",
]
TABLES = (
    ("按线索", reached.by_ground),
    ("按项目", reached.by_programme),
    ("按乡镇（街道）", reached.by_township),
)


def tables(leads: Any, year: int) -> list[tuple[str, list[reached.Row]]]:
    """What came of the year's leads, by ground, programme and township, with the sum of each; none without leads."""
    rows = reached.of_year(leads, year)
    if not rows:
        return []
    paid = reached.paid_on(rows, year)
    return [(name, [*reached.table(rows, key, paid), reached.whole(rows, paid)]) for name, key in TABLES]


def add_sheet(book: Book, title: str, found: list[tuple[str, list[reached.Row]]]) -> None:
    """The tables below one another on a sheet of their own."""
    lines: list[list[Any]] = []
    for name, rows in found:
        lines += [[name], *([getattr(row, key) for key in _KEYS] for row in rows)]
    book.sheet("应保尽保成效", title, HEADS, lines)


_KEYS = ("label", "found", "open", "reached", "declined", "refuted", "persons", "monthly", "paid")


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
        joined = ("person", "household", "division", "programme", "entitlement__programme")
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
