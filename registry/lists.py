"""Lists of persons, households and imports."""

from typing import Any, ClassVar

import django_filters
from django.db.models import OuterRef, Subquery
from django.urls import reverse

from core.filters import AnyChoiceFilter, FilterSet
from core.lists import ListPage
from core.pages import Action
from core.tables import (
    DayColumn,
    LinkColumn,
    MaskedColumn,
    MoneyColumn,
    NameColumn,
    NumberColumn,
    Table,
    TagColumn,
    TextColumn,
)
from district.models import AreaKind, Division, DivisionLevel
from registry import batches, search, services
from registry.models import Household, ImportBatch, ImportState, Labour, Membership, Person, Sex


def division_choices(request: Any) -> list[tuple[str, Any]]:
    """Townships with their villages, inside the user's area; whole-district users may pick a township too."""
    divisions = list(Division.objects.visible_to(request.user).order_by("code")) if request else []
    names = {one.pk: one.name for one in divisions}
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in divisions:
        if one.level == DivisionLevel.TOWNSHIP:
            groups.setdefault(one.name, []).append((one.pk, f"{one.name}（全部）"))
        elif one.level == DivisionLevel.VILLAGE:
            groups.setdefault(names.get(one.pk[:9], ""), []).append((one.pk, one.name))
    return list(groups.items())


class AreaFilterSet(FilterSet):
    """Filters with a village choice that holds the user's area."""

    division = AnyChoiceFilter(label="村（社区）", method="in_division")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.form.fields["division"].choices = [("", "全部"), *division_choices(self.request)]

    def in_division(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.within(value)


class PersonFilters(AreaFilterSet):
    more = ("sex", "labour", "certificate")
    q = django_filters.CharFilter(label="查找", method="search")
    hukou_kind = AnyChoiceFilter(label="户籍类别", choices=AreaKind.choices)
    alive = AnyChoiceFilter(
        label="存亡", choices=[("yes", "在世"), ("no", "已故")], method="by_life", empty_label="全部"
    )
    sex = AnyChoiceFilter(label="性别", choices=Sex.choices)
    labour = AnyChoiceFilter(label="劳动能力", choices=Labour.choices)
    certificate = AnyChoiceFilter(
        label="残疾证", choices=[("yes", "有"), ("no", "无")], method="by_certificate", empty_label="全部"
    )

    class Meta:
        model = Person
        fields: ClassVar[list[str]] = ["q", "division", "hukou_kind", "alive", "sex", "labour", "certificate"]

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return search.narrowed(queryset, value[:40])

    def by_life(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(death_date__isnull=value == "yes")

    def by_certificate(self, queryset: Any, name: str, value: str) -> Any:
        held = queryset.filter(certificates__until=None, certificates__isnull=False)
        return (
            held if value == "yes" else queryset.exclude(certificates__until=None, certificates__isnull=False)
        )


class PersonTable(Table):
    name = NameColumn(verbose_name="姓名")
    id_number = MaskedColumn(verbose_name="身份证号", orderable=False)
    sex = TextColumn(verbose_name="性别", orderable=False)
    birth_date = TextColumn(verbose_name="出生日期", drop=True)
    village = TextColumn(verbose_name="村（社区）", accessor="division", orderable=False)
    household = LinkColumn(
        verbose_name="户编号",
        accessor="household_number",
        url=lambda person: reverse("registry:household", args=[person.household_pk]),
        orderable=False,
    )
    hukou_kind = TextColumn(verbose_name="户籍", drop=True, orderable=False)
    phone = MaskedColumn(verbose_name="联系电话", drop=True, orderable=False)
    death_date = TextColumn(verbose_name="死亡日期", drop=True, orderable=False)

    class Meta(Table.Meta):
        model = None

    def render_birth_date(self, value: Any) -> str:
        return f"{value:%Y-%m-%d}"

    def render_death_date(self, value: Any) -> str:
        return f"{value:%Y-%m-%d}" if value else ""

    def render_sex(self, record: Any) -> str:
        return record.get_sex_display()

    def render_hukou_kind(self, record: Any) -> str:
        return record.get_hukou_kind_display()


class PersonList(ListPage):
    title, unit = "居民", "人"
    crumbs = [("工作台", "/"), ("居民", "")]
    roles = search.READERS
    filterset_class, table_class = PersonFilters, PersonTable

    def queryset(self, request: Any) -> Any:
        now = Membership.objects.filter(person=OuterRef("pk"), until=None)
        return (
            Person.objects.visible_to(request.user)
            .select_related("division")
            .annotate(
                household_number=Subquery(now.values("household__number")[:1]),
                household_pk=Subquery(now.values("household_id")[:1]),
            )
            .order_by("pk")
        )

    def actions(self, request: Any) -> list[Action]:
        if not services.may_edit(request.user):
            return []
        return [
            Action("批量导入", reverse("registry:import_new")),
            Action("登记入户", reverse("registry:household_new"), primary=True),
        ]


class HouseholdFilters(AreaFilterSet):
    q = django_filters.CharFilter(label="户编号或户主", method="search")
    hukou_kind = AnyChoiceFilter(label="户籍类别", choices=AreaKind.choices)

    class Meta:
        model = Household
        fields: ClassVar[list[str]] = ["q", "division", "hukou_kind"]

    def search(self, queryset: Any, name: str, value: str) -> Any:
        word = value.strip()[:40]
        if word.isascii():
            return queryset.filter(number__startswith=word)
        heads = search.narrowed(Person.objects.visible_to(self.request.user), word)
        return queryset.filter(
            pk__in=Membership.objects.filter(until=None, relation="head", person__in=heads).values(
                "household_id"
            )
        )


class HouseholdTable(Table):
    number = NameColumn(verbose_name="户编号", orderable=False)
    head = TextColumn(verbose_name="户主", accessor="head_name", orderable=False)
    members = NumberColumn(verbose_name="现有人数", accessor="member_count", orderable=False)
    income = MoneyColumn(verbose_name="登记月收入（元）", accessor="income", orderable=False)
    village = TextColumn(verbose_name="村（社区）", accessor="division", orderable=False)
    hukou_kind = TextColumn(verbose_name="户籍类别", orderable=False, drop=True)
    address = TextColumn(verbose_name="住址", orderable=False, drop=True)

    def render_hukou_kind(self, record: Any) -> str:
        return record.get_hukou_kind_display()


class HouseholdList(ListPage):
    title, unit = "家庭", "户"
    crumbs = [("工作台", "/"), ("家庭", "")]
    roles = search.READERS
    filterset_class, table_class = HouseholdFilters, HouseholdTable

    def queryset(self, request: Any) -> Any:
        from django.db.models import Count, IntegerField, Sum

        now = Membership.objects.filter(household=OuterRef("pk"), until=None).order_by()
        each = now.values("household")
        return (
            Household.objects.visible_to(request.user)
            .select_related("division")
            .annotate(
                head_name=Subquery(now.filter(relation="head").values("person__name")[:1]),
                member_count=Subquery(each.annotate(n=Count("pk")).values("n"), output_field=IntegerField()),
                income=Subquery(each.annotate(n=Sum("person__monthly_income")).values("n")),
            )
            .order_by("pk")
        )

    def actions(self, request: Any) -> list[Action]:
        if not services.may_edit(request.user):
            return []
        return [Action("登记入户", reverse("registry:household_new"), primary=True)]


class ImportFilters(FilterSet):
    kind = AnyChoiceFilter(label="台账")
    state = AnyChoiceFilter(label="状态", choices=ImportState.choices)

    class Meta:
        model = ImportBatch
        fields: ClassVar[list[str]] = ["kind", "state"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.form.fields["kind"].choices = [("", "全部"), *batches.titles()]


class ImportTable(Table):
    file = NameColumn(verbose_name="文件", orderable=False)
    kind = TextColumn(verbose_name="台账", orderable=False)
    state = TagColumn(verbose_name="状态", orderable=False, plain={"written"})
    rows = NumberColumn(verbose_name="行数", accessor="counts__rows", orderable=False)
    created = NumberColumn(verbose_name="新建", accessor="counts__created", orderable=False)
    updated = NumberColumn(verbose_name="更新", accessor="counts__updated", orderable=False)
    rejected = NumberColumn(verbose_name="拒绝", accessor="counts__rejected", orderable=False)
    created_by = TextColumn(verbose_name="经办人", orderable=False, drop=True)
    created_at = DayColumn(verbose_name="上传", drop=True)

    def render_kind(self, value: str) -> str:
        return batches.title_of(value)

    def render_created_by(self, record: Any) -> str:
        return str(record.created_by or "命令行")


class ImportList(ListPage):
    title, unit = "批量导入", "次"
    crumbs = [("工作台", "/"), ("批量导入", "")]
    roles = frozenset(
        {"township_clerk", "township_leader", "bureau_officer", "registrar", "leader", "auditor"}
    )
    filterset_class, table_class = ImportFilters, ImportTable

    def queryset(self, request: Any) -> Any:
        visible = batches.visible_batches(request.user)
        return visible.select_related("created_by", "file").defer("file__content").order_by("-pk")

    def actions(self, request: Any) -> list[Action]:
        if not batches.importable(request.user):
            return []
        return [Action("导入文件", reverse("registry:import_new"), primary=True)]
