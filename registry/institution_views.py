"""Care homes and other bodies that receive what is due to people in their care: list, page, and the bureau's verbs."""

from typing import Any, ClassVar

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.urls import reverse, reverse_lazy

from core.filters import AnyChoiceFilter
from core.lists import ListPage
from core.pages import Action, DetailPage, VerbView
from core.tables import DayColumn, NameColumn, Table, TextColumn
from core.trail import changes_of
from registry import forms, services
from registry.lists import AreaFilterSet
from registry.models import Institution, InstitutionKind
from registry.search import READERS

CRUMBS: list[tuple[str, Any]] = [("工作台", "/"), ("供养机构", reverse_lazy("registry:institutions"))]
KEEPERS = {"bureau_officer"}


class InstitutionFilters(AreaFilterSet):
    q = django_filters.CharFilter(label="名称或代码", method="search")
    kind = AnyChoiceFilter(label="类别", choices=InstitutionKind.choices)
    open = AnyChoiceFilter(label="状态", choices=[("yes", "在用"), ("no", "已停用")], method="by_state")

    class Meta:
        model = Institution
        fields: ClassVar[list[str]] = ["q", "division", "kind", "open"]

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(Q(name__contains=value.strip()) | Q(code=value.strip().upper()))

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(until__isnull=value == "yes")


class InstitutionTable(Table):
    name = NameColumn(verbose_name="名称", orderable=False)
    code = TextColumn(verbose_name="统一社会信用代码", orderable=False)
    kind = TextColumn(verbose_name="类别", orderable=False)
    division = TextColumn(verbose_name="所在区划", orderable=False)
    contact = TextColumn(verbose_name="联系人", orderable=False, drop=True)
    until = DayColumn(verbose_name="停用", orderable=False, drop=True)


class InstitutionList(ListPage):
    title, unit = "供养机构", "家"
    crumbs = [("工作台", "/"), ("供养机构", "")]
    roles = READERS
    filterset_class, table_class = InstitutionFilters, InstitutionTable
    defaults: ClassVar[dict[str, str]] = {"open": "yes"}

    def queryset(self, request: Any) -> Any:
        return Institution.objects.visible_to(request.user).select_related("division")

    def actions(self, request: Any) -> list[Action]:
        if not services.may_keep_institutions(request.user):
            return []
        return [Action("登记机构", reverse("registry:institution_new"), primary=True)]


class InstitutionPage(DetailPage):
    """A home: its facts and accounts; upper rooms show who lives there (place `institution`)."""

    template_name = "registry/institution.html"
    place, roles, crumbs = "institution", READERS, CRUMBS

    def queryset(self, request: Any) -> Any:
        return Institution.objects.visible_to(request.user).select_related("division")

    def facts(self, request: Any, obj: Institution) -> list[Any]:
        return [obj.code, obj.get_kind_display(), obj.division.name, *(["已停用"] if obj.until else [])]

    def actions(self, request: Any, obj: Institution) -> list[Action]:
        if not services.may_keep_institutions(request.user):
            return []
        return [
            Action("更正信息", reverse("registry:institution_correct", args=[obj.pk])),
            Action("更换账户", reverse("registry:institution_account", args=[obj.pk])),
        ]

    def data(self, request: Any, obj: Institution) -> dict[str, Any]:
        accounts = list(obj.accounts.order_by("-since", "-pk"))
        events = changes_of(obj)
        for one in accounts:
            events += [{**event, "act": "变更账户"} for event in changes_of(one)]
        return {
            "accounts": accounts,
            "reveals": request.user.is_whole_district,
            "history": sorted(events, key=lambda event: event["at"], reverse=True),
        }


class InstitutionVerb(VerbView):
    """A step on the list of homes, by the officers who keep it."""

    roles, crumbs = KEEPERS, CRUMBS
    form_class: Any = None

    def queryset(self, request: Any) -> Any:
        return Institution.objects.visible_to(request.user)

    def get_form(self, request: Any, obj: Any, data: Any = None, files: Any = None) -> Any:
        return self.form_class(data, request=request, obj=obj, initial=self.get_initial(request, obj))

    def load(self, request: Any) -> Any:
        if not services.may_keep_institutions(request.user):
            raise PermissionDenied("供养机构由区局社会救助股登记。")
        return super().load(request)


class NewInstitution(InstitutionVerb):
    title, form_class, button = "登记机构", forms.NewInstitution, "登记机构"

    def back_url(self, request: Any, obj: Any) -> str:
        return reverse("registry:institutions")

    def act(self, request: Any, obj: Any, data: dict[str, Any]) -> str:
        account = {name: data.pop(name) for name in ("bank", "number")}
        self.made = services.open_institution(actor=request.user, **account, **data)
        return f"已登记 {self.made.name}。"

    def success_url(self, request: Any, obj: Any) -> str:
        return self.made.get_absolute_url()


class CorrectInstitution(InstitutionVerb):
    title, form_class, button = "更正机构信息", forms.InstitutionFacts, "保存更正"

    def get_initial(self, request: Any, obj: Institution) -> dict[str, Any]:
        names = ("version", "name", "kind", "address", "contact", "phone", "until")
        return {**{name: getattr(obj, name) for name in names}, "division": obj.division_id}

    def act(self, request: Any, obj: Institution, data: dict[str, Any]) -> str:
        version = data.pop("version")
        data["division_id"] = data.pop("division")
        services.correct_institution(obj, data, request.user, version)
        return "已更正机构信息。"


class InstitutionAccount(InstitutionVerb):
    """Another account; what failed on the old one can then be reissued."""

    title, form_class, button = "更换账户", forms.NewAccount, "更换账户"

    def get_form(self, request: Any, obj: Any, data: Any = None, files: Any = None) -> Any:
        form = super().get_form(request, obj, data, files)
        form.fields["holder_name"].help_text = "留空为机构名称"
        return form

    def act(self, request: Any, obj: Institution, data: dict[str, Any]) -> str:
        services.new_account(
            obj, data["number"], data["bank"], request.user, data["holder_name"], data["since"]
        )
        return f"已更换 {obj.name} 的账户，此后的发放付至新账户。"
