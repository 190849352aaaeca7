"""生存认证 by list and by person, the reminder on paper; the age bands and who moves between them."""

from datetime import timedelta
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy

from benefits.models import Entitlement, Hold, Parameter, Standard
from casework.services import today
from core.audit import log_access
from core.errors import UserError
from core.files import DOCX, respond
from core.filters import AnyChoiceFilter
from core.lists import ListPage
from core.models import AccessKind
from core.months import add_months, month_of
from core.pages import Action, BulkAction, Confirm, Page, TemplatePage, VerbView
from core.tables import (
    DayColumn,
    MaskedColumn,
    MoneyColumn,
    MonthColumn,
    NameColumn,
    Table,
    TagColumn,
    TextColumn,
)
from core.templatetags import ui
from elderly import documents, finding, services
from elderly.bands import bands_of
from elderly.facts import table
from elderly.forms import ProofForm
from elderly.models import LifeProof, ProofMethod
from elderly.panels import CLERK, SEEING
from elderly.rules import ALLOWANCE, CODES, LONGEVITY
from elderly.services.crossing import REASON
from elderly.services.proofs import notice_days
from elderly.services.rows import UNPROVEN
from registry import search
from registry.lists import AreaFilterSet
from registry.models import Person

HOME = ("工作台", "/")
PROOFS: Any = ("生存认证", reverse_lazy("elderly:proofs"))
SOON = 30


class ProofFilters(AreaFilterSet):
    q = django_filters.CharFilter(label="姓名或证号", method="search")
    state = AnyChoiceFilter(
        label="状态",
        choices=[("soon", "30 日内到期"), ("late", "已到期"), ("held", "暂缓中"), ("good", "已认证")],
        method="by_state",
    )
    programme = AnyChoiceFilter(label="项目", choices=[(ALLOWANCE, "高龄津贴"), (LONGEVITY, "长寿金")])

    def search(self, queryset: Any, name: str, value: str) -> Any:
        people = search.narrowed(Person.objects.visible_to(self.request.user), value[:40])
        return queryset.filter(person__in=people)

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        day = today()
        if value == "held":
            return queryset.filter(is_held=True)
        if value == "late":
            return queryset.filter(review_due__lt=day)
        if value == "soon":
            return queryset.filter(review_due__gte=day, review_due__lte=day + timedelta(days=SOON))
        return queryset.filter(review_due__gt=day + timedelta(days=SOON))


class ProofTable(Table):
    person = NameColumn(
        verbose_name="姓名", accessor="person__name", url=lambda one: reverse("elderly:proof", args=[one.pk])
    )
    id_number = MaskedColumn(verbose_name="身份证号", accessor="person__id_number")
    division = TextColumn(verbose_name="村（社区）", accessor="division__name")
    programme = TextColumn(verbose_name="项目", accessor="programme__name", drop=True)
    monthly_amount = MoneyColumn(verbose_name="月标准（元）")
    proved = DayColumn(verbose_name="上次认证", drop=True)
    method = TextColumn(verbose_name="方式", drop=True, orderable=False)
    review_due = DayColumn(verbose_name="认证期限")
    held_since = MonthColumn(verbose_name="暂缓自")
    state = TagColumn(verbose_name="状态", empty_values=(), orderable=False)
    amount = "monthly_amount"

    def render_proved(self, value: Any) -> Any:
        return f"{value:%Y-%m-%d}" if value else "—"

    def render_review_due(self, value: Any) -> Any:
        return f"{value:%Y-%m-%d}" if value else "—"

    def render_method(self, value: Any) -> Any:
        return ProofMethod(value).label if value else "—"

    value_method = render_method

    def render_state(self, record: Any) -> Any:
        words, tone = proof_words(record)
        return ui.tag(words, tone=tone)

    def value_state(self, record: Any) -> Any:
        return proof_words(record)[0]


def proof_words(held: Any) -> tuple[str, str]:
    """How a holder's proof stands, and its tone."""
    day = today()
    if held.person.death_date:
        return "已登记死亡", "end"
    if held.is_held:
        return "未认证，已暂缓", "bad"
    if held.review_due is None or held.review_due < day:
        return "已到期，催告中", "warn"
    if held.review_due <= day + timedelta(days=SOON):
        return f"{(held.review_due - day).days} 日内到期", "go"
    return "已认证", "ok"


def with_proofs(rows: Any) -> Any:
    """Entitlements with their newest proof and their hold for want of one."""
    newest = LifeProof.objects.filter(entitlement__person=OuterRef("person")).order_by("-proved_on", "-pk")
    holds = Hold.objects.filter(
        entitlement=OuterRef("pk"), lifted_at__isnull=True, reason__startswith=UNPROVEN
    )
    return rows.select_related("person", "division", "programme").annotate(
        proved=Subquery(newest.values("proved_on")[:1]),
        method=Subquery(newest.values("method")[:1]),
        is_held=Exists(holds),
        held_since=Subquery(holds.values("first_month")[:1]),
    )


class ProofList(ListPage):
    """生存认证: everybody who holds an allowance by when the proof is due; many are proven in one act."""

    title, unit, crumbs = "生存认证", "人", [HOME, ("生存认证", "")]
    roles = SEEING
    filterset_class, table_class = ProofFilters, ProofTable
    bulk_actions = [BulkAction("record", "登记认证", roles=frozenset({CLERK}))]
    empty_why = "享受高龄津贴、长寿金的人按年认证。"

    def queryset(self, request: HttpRequest) -> Any:
        return with_proofs(finding.live(request.user)).order_by("review_due", "division_id", "pk")

    def totals(self, queryset: Any) -> dict[str, Any]:
        return queryset.order_by().aggregate(count=Count("pk"), monthly_amount=Sum("monthly_amount"))

    def actions(self, request: HttpRequest) -> list[Action]:
        return [Action("催告名单", f"{reverse('elderly:reminder')}?{request.GET.urlencode()}")]

    def bulk_record(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        keys = list(queryset.order_by().values_list("pk", flat=True)[:500])
        return redirect(f"{reverse('elderly:prove')}?" + "&".join(f"row={key}" for key in keys))


class Prove(VerbView):
    """登记认证 for the ticked: one date, one way."""

    title, button, form_class = "登记生存认证", "登记认证", ProofForm
    roles = {CLERK}
    crumbs = [HOME, PROOFS]

    def keys(self, request: HttpRequest) -> list[int]:
        return [int(key) for key in request.GET.getlist("row") if key.isdigit()][:500]

    def rows(self, request: HttpRequest) -> Any:
        return with_proofs(finding.live(request.user)).filter(pk__in=self.keys(request))

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"proved_on": today(), "method": ProofMethod.VISIT}

    def confirm(self, request: HttpRequest, obj: Any) -> Confirm:
        rows = list(self.rows(request))
        held = sum(one.is_held for one in rows)
        names = "、".join(one.person.name for one in rows[:8])
        return Confirm(
            lead=f"登记 {len(rows)} 人在认证日期在世：{names}{'等' if len(rows) > 8 else ''}。",
            button=f"登记 {len(rows)} 人",
            undo="暂缓中的随即解除，暂缓的月份由下一批次补发。",
            facts=[("其中暂缓中", f"{held} 人")] if held else [],
        )

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        keys = [one.pk for one in self.rows(request)]
        if not keys:
            raise UserError("没有选中任何人，请从生存认证名册中勾选。")
        done, lifted = services.record_proofs(
            keys, data["proved_on"], data["method"], request.user, data["note"]
        )
        words = f"已登记 {done} 人的生存认证。"
        if done < len(keys):
            words += f"{len(keys) - done} 人当天已登记过。"
        return words + (f"解除暂缓 {lifted} 人，暂缓的月份由下一批次补发。" if lifted else "")

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("elderly:proofs")

    back_url = success_url


class ProveOne(VerbView):
    """登记认证 of one person, from the person's or the entitlement's page."""

    title, button, form_class = "登记生存认证", "登记认证", ProofForm
    template_name = "elderly/of_entitlement.html"
    roles = SEEING
    menu_url = reverse_lazy("elderly:proofs")

    def queryset(self, request: HttpRequest) -> Any:
        return with_proofs(finding.live(request.user))

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, PROOFS, (str(self.object.person), self.object.person.get_absolute_url())]

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        if request.user.role != CLERK:
            return None
        return ProofForm(data, initial={"proved_on": today(), "method": ProofMethod.VISIT})

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = obj = self.get_object(request)
        return self.show(request, obj, self.get_form(request, obj))

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {
            "entitlement": obj,
            "words": proof_words(obj),
            "proofs": LifeProof.objects.visible_to(request.user)
            .filter(entitlement__person=obj.person_id)
            .select_related("recorded_by"),
            "reads_only": request.user.role != CLERK,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.role != CLERK:
            raise PermissionDenied("生存认证由乡镇（街道）经办人登记。")
        return super().post(request, *args, **kwargs)

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        done, lifted = services.record_proofs(
            [obj.pk], data["proved_on"], data["method"], request.user, data["note"]
        )
        if not done:
            raise UserError("这一天已经登记过认证。", field="proved_on")
        return f"已登记 {obj.person} 的生存认证。" + (
            "暂缓已解除，暂缓的月份由下一批次补发。" if lifted else ""
        )

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("elderly:proof", args=[obj.pk])

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("elderly:proofs")


class Reminder(Page):
    """催告名单 of the overdue in the filter as docx, with a trace."""

    roles = SEEING

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = with_proofs(finding.live(request.user)).filter(
            review_due__lt=today(), person__death_date__isnull=True
        )
        found = ProofFilters(
            {"division": request.GET.get("division", ""), "q": request.GET.get("q", "")},
            queryset=rows,
            request=request,
        ).qs
        place = request.user.division.name
        content = documents.reminder_list(
            found.order_by("division_id", "review_due", "pk")[:2000],
            place,
            today(),
            notice_days(table(), today()),
        )
        log_access(
            request.user, AccessKind.DOWNLOAD, f"催告名单 {place}", "elderly:reminder", request=request
        )
        return respond(f"{place} 生存认证催告名单 {today():%Y%m%d}.docx", content, DOCX)


# -- age bands -----------------------------------------------------------------------------------------------


WORDS = {"yuan_up": "进到元", "fen": "四舍五入到分"}


def in_words(parameters: Any) -> list[Any]:
    """The parameters with their values as a clerk says them."""
    found = list(parameters)
    for one in found:
        one.words = WORDS.get(one.value, one.value)
        one.help = one.help.replace("：yuan_up 进到元，fen 四舍五入到分", "")
    return found


class Bands(TemplatePage):
    """年龄段标准 in force, all standards and parameters, and whose amount changes this month and next."""

    title, template_name, crumbs = "年龄段标准", "elderly/bands.html", [HOME, ("年龄段标准", "")]
    roles = SEEING

    def actions(self, request: HttpRequest) -> list[Action]:
        return [Action("年龄段变化名册", reverse("elderly:band_changes"))]

    def data(self, request: HttpRequest) -> dict[str, Any]:
        month, policies, area = month_of(today()), table(), request.user.division_id
        policy, longevity = policies.get(ALLOWANCE, month, area), policies.get(LONGEVITY, month, area)
        counts = dict(
            finding.live(request.user).order_by().values_list("monthly_amount").annotate(count=Count("pk"))
        )
        standards = Standard.objects.filter(programme__in=CODES).select_related("programme", "division")
        parameters = Parameter.objects.filter(programme__in=CODES).select_related("programme")
        return {
            "month": month,
            "bands": bands_of(policy),
            "longevity": {"age": longevity.get("min_age"), "amount": longevity.get("standard")},
            "counts": counts,
            "standards": standards.order_by("programme", "category", "-effective_from"),
            "parameters": in_words(parameters.order_by("programme", "key", "-effective_from")),
            "now": services.upcoming_crossings(month, request.user),
            "next": services.upcoming_crossings(add_months(month, 1), request.user),
            "next_month": add_months(month, 1),
            "keeps": request.user.role == "bureau_officer",
        }


class ChangeTable(Table):
    person = NameColumn(verbose_name="姓名", accessor="person__name")
    division = TextColumn(verbose_name="村（社区）", accessor="division__name")
    birth = TextColumn(verbose_name="出生日期", accessor="person__birth_date", drop=True)
    before = MoneyColumn(verbose_name="变化前（元）", accessor="previous__monthly_amount")
    monthly_amount = MoneyColumn(verbose_name="变化后（元）")
    first_month = MonthColumn(verbose_name="起始月份")
    change_reason = TextColumn(verbose_name="原因")

    def render_birth(self, value: Any) -> Any:
        return f"{value:%Y-%m-%d}"


class BandChanges(ListPage):
    """年龄段变化: whose amount changed by itself, before and after."""

    title, unit = "年龄段变化", "人"
    crumbs = [HOME, ("年龄段标准", reverse_lazy("elderly:bands")), ("年龄段变化", "")]
    roles = SEEING
    filterset_class, table_class = AreaFilterSet, ChangeTable
    menu_url = reverse_lazy("elderly:bands")
    empty_why = "到龄进入另一年龄段的，系统每天自动变更金额，变更后列在这里。"

    def queryset(self, request: HttpRequest) -> Any:
        return (
            Entitlement.objects.visible_to(request.user)
            .filter(programme__in=CODES, change_reason__startswith=REASON, is_void=False)
            .select_related("person", "division", "previous")
            .order_by("-first_month", "division_id", "pk")
        )
