"""A few pages built the way rooms build theirs, over the registry's persons, for the tests of the mechanism."""

import django_filters
from django import forms
from django.db.models import Count, Sum
from django.http import HttpRequest
from django.urls import include, path

from core.errors import Conflict, UserError
from core.filters import AnyChoiceFilter, FilterSet, MoneyFormField
from core.lists import ListPage
from core.pages import Action, BulkAction, Confirm, DetailPage, VerbView
from core.tables import MaskedColumn, MoneyColumn, NameColumn, Table, TagColumn
from registry.models import Labour, Person


class PersonFilter(FilterSet):
    labour = AnyChoiceFilter(label="劳动能力", choices=Labour.choices)
    name = django_filters.CharFilter(label="姓名", lookup_expr="contains")
    income = django_filters.RangeFilter(label="月收入", field_name="monthly_income")


class PersonTable(Table):
    name = NameColumn(verbose_name="姓名", url=lambda person: f"/people/{person.pk}/")
    id_number = MaskedColumn(verbose_name="身份证号", drop=True)
    labour = TagColumn(verbose_name="劳动能力")
    monthly_income = MoneyColumn(verbose_name="月收入（元）")
    amount = "monthly_income"


class PersonList(ListPage):
    title, unit, per_page = "居民名册", "人", 3
    roles = ("township_clerk", "bureau_officer")
    filterset_class, table_class = PersonFilter, PersonTable
    defaults = {"labour": "none"}
    bulk_actions = [
        BulkAction("visit", "安排入户", confirm="可以逐户取消。"),
        BulkAction("close", "结案", roles=frozenset({"bureau_officer"})),
    ]

    def queryset(self, request: HttpRequest):
        return Person.objects.visible_to(request.user).order_by("id_number")

    def totals(self, queryset):
        return queryset.aggregate(count=Count("pk"), monthly_income=Sum("monthly_income"))

    def bulk_visit(self, request: HttpRequest, queryset):
        return f"已安排 {queryset.update(note='待入户')} 人入户。"

    def bulk_close(self, request: HttpRequest, queryset):
        raise UserError("还有未办结的事项。")


class PersonPage(DetailPage):
    template_name = "conflict.html"
    place = "person"

    def queryset(self, request: HttpRequest):
        return Person.objects.visible_to(request.user)

    def actions(self, request: HttpRequest, obj: Person):
        return [Action("核定收入", why="须由区局核定。")]


class IncomeForm(forms.Form):
    amount = MoneyFormField(label="月收入（元）")
    note = forms.CharField(label="说明", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


class ChangeIncome(VerbView):
    title, form_class, roles = "登记收入", IncomeForm, ("township_clerk",)

    def queryset(self, request: HttpRequest):
        return Person.objects.visible_to(request.user)

    def back_url(self, request: HttpRequest, obj: Person) -> str:
        return f"/people/{obj.pk}/"

    success_url = back_url

    def act(self, request: HttpRequest, obj: Person, data):
        if data["version"] != obj.version:
            raise Conflict("唐志强改过这份档案。", ["月收入：400.00 → 500.00"])
        if data["amount"] > 10_000:
            raise UserError("月收入超过 1 万元，请核对后再填。", field="amount")
        obj.monthly_income, obj.version = data["amount"], obj.version + 1
        obj.save()
        return f"已登记 {obj.name} 月收入 {data['amount']} 元。"


class Bury(VerbView):
    title, confirm_first = "登记死亡", True

    def queryset(self, request: HttpRequest):
        return Person.objects.visible_to(request.user)

    def confirm(self, request: HttpRequest, obj: Person) -> Confirm:
        return Confirm(
            f"将登记 {obj.name} 死亡。", f"登记 {obj.name} 死亡", "登记错了可以更正。", danger=True
        )

    def act(self, request: HttpRequest, obj: Person, data):
        obj.note = "死亡"
        obj.save()
        return "已登记。"

    def success_url(self, request: HttpRequest, obj: Person) -> str:
        return "/people/"


urlpatterns = [
    path("people/", PersonList.as_view(), name="people"),
    path("people/<int:pk>/", PersonPage.as_view(), name="person"),
    path("people/<int:pk>/income/", ChangeIncome.as_view(), name="income"),
    path("people/<int:pk>/bury/", Bury.as_view(), name="bury"),
    path("", include("minzheng.urls")),
]
