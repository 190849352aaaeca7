"""Committees: list, one committee with its members and terms, certificate; leaving, by-election, recall."""

from typing import Any

import django_filters
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from casework.services import today
from core.audit import log_access
from core.files import DOCX, respond
from core.filters import AnyChoiceFilter, FilterSet
from core.lists import ListPage
from core.models import AccessKind
from core.pages import Action, DetailPage, Page, VerbView
from core.tables import DayColumn, NameColumn, NumberColumn, Table, TextColumn
from district.models import Role
from grassroots import committees, forms, papers, supervisors
from grassroots.models import (
    POST_RANK,
    CommitteeKind,
    CommitteeMember,
    Election,
    Mode,
    Post,
    Recall,
    Supervisor,
    VillageCommittee,
)
from grassroots.steps import recall_words
from grassroots.views.rounds import township_choices
from grassroots.views.shared import CLERK, COMMITTEES, HOME, OFFICER, SEEING, OfLine, handling


class CommitteeFilter(FilterSet):
    township = AnyChoiceFilter(
        label="乡镇（街道）", choices=township_choices, field_name="division__parent_id"
    )
    kind = AnyChoiceFilter(label="类型", choices=CommitteeKind.choices)
    lack = AnyChoiceFilter(
        label="情况",
        choices=[
            ("vacant", "有缺额"),
            ("nocode", "没有代码"),
            ("expired", "证书已到期"),
            ("nowoman", "没有妇女成员"),
            ("over", "任期届满"),
            ("nosupervisors", "没有监督委员会"),
        ],
        method="filter_lack",
    )
    village = django_filters.CharFilter(
        label="村（社区）", field_name="division__name", lookup_expr="contains"
    )

    def filter_lack(self, queryset: Any, name: str, value: str) -> Any:
        condition = {
            "vacant": Q(vacant__gt=0),
            "nocode": Q(credit_code__isnull=True),
            "expired": Q(certificate_until__lt=today()),
            "nowoman": Q(women=0),
            "over": Q(term__lt=today()),
            "nosupervisors": ~Exists(Supervisor.objects.filter(committee=OuterRef("pk"), until=None)),
        }[value]
        return queryset.filter(condition)


class CommitteeTable(Table):
    division = NameColumn(verbose_name="村（社区）", accessor="division__name")
    township = TextColumn(verbose_name="乡镇（街道）", accessor="division__parent__name", drop=True)
    chair = TextColumn(verbose_name="主任")
    members = NumberColumn(verbose_name="现任", accessor="held")
    women = NumberColumn(verbose_name="其中妇女")
    vacant = NumberColumn(verbose_name="缺额")
    term = DayColumn(verbose_name="任期止")
    credit_code = TextColumn(verbose_name="统一社会信用代码")
    certificate_until = DayColumn(verbose_name="证书有效期止", drop=True)

    def render_term(self, value: Any) -> str:
        return f"{value:%Y-%m-%d}" if value else "—"

    render_certificate_until = render_term


def shown(user: Any) -> Any:
    return VillageCommittee.objects.visible_to(user).select_related("division__parent__parent")


class CommitteeList(OfLine, ListPage):
    title, unit, crumbs = "村（居）委会", "个", [HOME, ("村（居）委会", "")]
    roles = SEEING
    filterset_class, table_class = CommitteeFilter, CommitteeTable
    per_page = 100
    empty_why = "委员会随换届启动或旧台账导入建立。"

    def queryset(self, request: HttpRequest) -> Any:
        now = Q(members__ended_reason="")
        chairs = CommitteeMember.objects.filter(committee=OuterRef("pk"), ended_reason="")
        rows = shown(request.user).annotate(
            held=Count("members", filter=now & Q(members__isnull=False)),
            women=Count("members", filter=now & Q(members__sex="F")),
            chair=Subquery(chairs.filter(post=Post.CHAIR).values("name")[:1]),
            term=Subquery(chairs.order_by("-until").values("until")[:1]),
        )
        seats = F("chair_seats") + F("vice_seats") + F("member_seats")
        return rows.annotate(vacant=seats - F("held")).order_by("division")

    def totals(self, queryset: Any) -> dict[str, Any]:
        return {"count": queryset.count()}


class CommitteePage(OfLine, DetailPage):
    """A committee: who serves, what is vacant, who served before, its elections, its code."""

    template_name, roles = "grassroots/committee.html", SEEING
    place = "committee"
    menu_url = "grassroots:committees"

    def queryset(self, request: HttpRequest) -> Any:
        return shown(request.user)

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, COMMITTEES]

    def facts(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [obj.division.parent.name, obj.division_id, f"名额 {obj.seats_total} 人"]

    def actions(self, request: HttpRequest, obj: Any) -> list[Action]:
        found = []
        if obj.credit_code and obj.certificate_from and obj.certificate_until:
            found.append(Action("代码证书", reverse("grassroots:certificate", args=[obj.pk])))
        if request.user.role == Role.BUREAU_OFFICER:
            found.append(Action("赋码换证", reverse("grassroots:renew", args=[obj.pk])))
        over = committees.is_over(obj, today())
        if request.user.role == Role.TOWNSHIP_CLERK and not over and any(committees.vacancies(obj).values()):
            found.append(Action("启动补选", reverse("grassroots:by_election", args=[obj.pk]), primary=True))
        return found

    def data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        free = committees.vacancies(obj)
        return {
            "serving": committees.serving(obj),
            "over": committees.is_over(obj, today()),
            "supervisors": supervisors.serving(obj),
            "former": obj.members.exclude(ended_reason="").order_by("-until", POST_RANK, "id"),
            "vacant": [(Post(post).label, count) for post, count in free.items() if count],
            "elections": Election.objects.visible_to(request.user).filter(committee=obj).order_by("-id"),
            "recalls": Recall.objects.visible_to(request.user)
            .filter(member__committee=obj)
            .select_related("member")
            .order_by("-id"),
            "may_change": request.user.role == Role.TOWNSHIP_CLERK,
        }


class CertificatePaper(OfLine, Page):
    """统一社会信用代码证书 as docx, with a trace."""

    roles = SEEING

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        committee = get_object_or_404(shown(request.user), pk=pk)
        if not (committee.credit_code and committee.certificate_from and committee.certificate_until):
            raise Http404
        chair = committees.serving(committee).filter(post=Post.CHAIR).first()
        content = papers.certificate(committee, chair.name if chair else "（缺）")
        log_access(
            request.user,
            AccessKind.DOWNLOAD,
            f"{committee} 代码证书",
            f"committee:{committee.pk}",
            request=request,
        )
        return respond(f"{committee} 统一社会信用代码证书.docx", content, DOCX)


class OfCommittee(OfLine):
    def queryset(self, request: HttpRequest) -> Any:
        return shown(request.user)

    def get_crumbs(self) -> list[tuple[str, Any]]:
        one = self.object  # type: ignore[attr-defined]
        one = one if isinstance(one, VillageCommittee) else one.committee
        return [HOME, COMMITTEES, (str(one), one.get_absolute_url())]


class Renew(OfCommittee, VerbView):
    title, button, form_class = "赋码换证", "换发证书", forms.CertificateForm
    roles = OFFICER

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        last = committees.serving(obj).order_by("-until").first()
        return {
            "credit_code": obj.credit_code or "",
            "valid_from": today(),
            "valid_until": last.until if last else None,
        }

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        committees.renew_certificate(obj, request.user, **data)
        return f"已换发{obj}的证书，有效期至 {data['valid_until']:%Y-%m-%d}。"


class ByElection(OfCommittee, VerbView):
    title, button, form_class = "启动补选", "启动补选", forms.ByElectionForm
    roles = CLERK

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        free = committees.vacancies(obj)
        return {
            "polling_day": forms.suggested_polling_day(),
            "mode": Mode.VOTERS,
            **{f"{post}_seats": count for post, count in free.items()},
        }

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        self.made = committees.open_by_election(
            obj,
            request.user,
            polling_day=data["polling_day"],
            seats={str(post): data[f"{post}_seats"] for post in Post.values},
            mode=data["mode"],
        )
        return f"已启动{obj}补选，编号 {self.made.number}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("grassroots:election", args=[self.made.pk])

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return obj.get_absolute_url()


class SetSupervisors(OfCommittee, VerbView):
    """推选监督委员会: the whole committee at once, as the assembly chose it."""

    template_name, form_class, roles = "grassroots/supervisors.html", forms.SupervisorsForm, CLERK

    def get_title(self) -> str:
        return f"登记{self.object.supervision_name}"

    button = "登记推选结果"

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"on": today()}
        found |= {f"name_{row}": one.name for row, one in enumerate(supervisors.serving(obj))}
        return found

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        serving = dict(supervisors.serving(obj).values_list("name", "id_number"))
        return forms.SupervisorsForm(data, serving=serving, initial=self.get_initial(request, obj))

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        made = supervisors.set_supervisors(
            obj, request.user, data["people"], on=data["on"], is_apart=data["is_apart"]
        )
        return f"已登记{obj.supervision_name} {len(made)} 人，主任{made[0].name}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return obj.get_absolute_url()

    back_url = success_url


class OfMember(OfCommittee):
    roles = CLERK

    def queryset(self, request: HttpRequest) -> Any:
        rows = CommitteeMember.objects.visible_to(request.user).filter(ended_reason="")
        return rows.select_related("committee__division__parent")

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return obj.committee.get_absolute_url()

    back_url = success_url


class EndMember(OfMember, VerbView):
    button, form_class = "登记离任", forms.EndMemberForm

    def get_title(self) -> str:
        return f"{self.object.get_post_display()}{self.object.name}离任"

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"on": today()}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        committees.end_member(obj, request.user, **data)
        return f"{obj.name}已离任，{obj.get_post_display()}出缺，可以启动补选。"


class OpenRecall(OfMember, VerbView):
    button, form_class = "登记罢免要求", forms.RecallForm

    def get_title(self) -> str:
        return f"提请罢免{self.object.get_post_display()}{self.object.name}"

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        self.made = committees.open_recall(obj, request.user, **data)
        return f"已登记对{obj.name}的罢免要求，编号 {self.made.number}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("grassroots:recall", args=[self.made.pk])

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return obj.committee.get_absolute_url()


class RecallPage(OfLine, DetailPage):
    """罢免: who asks, why, what was voted, what it comes to."""

    template_name, place, roles = "grassroots/recall.html", "case", SEEING
    menu_url = "grassroots:committees"

    def queryset(self, request: HttpRequest) -> Any:
        return Recall.objects.visible_to(request.user).select_related(
            "member__committee__division", "division__parent__parent"
        )

    def get_title(self) -> str:
        return self.object.subject

    def get_crumbs(self) -> list[tuple[str, Any]]:
        one = self.object.member.committee
        return [HOME, COMMITTEES, (str(one), one.get_absolute_url())]

    def facts(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [obj.number, obj.division.parent.name]

    def actions(self, request: HttpRequest, obj: Any) -> list[Action]:
        if obj.passed is None:
            return []
        return [Action("表决结果报告单", reverse("grassroots:recall_paper", args=[obj.pk]))]

    def data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {**handling(obj, request.user), "words": recall_words(obj)}


class RecallPaper(OfLine, Page):
    roles = SEEING

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Recall.objects.visible_to(request.user).select_related("division__parent__parent")
        case = get_object_or_404(rows, pk=pk)
        if case.passed is None:
            raise Http404
        log_access(request.user, AccessKind.DOWNLOAD, f"{case} 报告单", f"case:{case.pk}", request=request)
        return respond(f"{case.number} 罢免表决结果报告单.docx", papers.recall_form(case), DOCX)
