"""Standards, parameters, programmes: the policy tables that the bureau keeps itself. Decisions are read-only."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from import_export import fields, widgets

from benefits import queries
from benefits.models import (
    Assessment,
    Entitlement,
    EntitlementMember,
    Hold,
    Parameter,
    Programme,
    Standard,
    StandardChange,
)
from core.admin import (
    ImportExportRoomAdmin,
    ReadOnlyAdmin,
    RoomAdmin,
    RoomInline,
    ScopedResource,
    masked_number,
    money_column,
)
from core.cells import parse_month_cell
from core.months import format_month
from district.models import Division, Role

KEEPERS = (Role.BUREAU_OFFICER,)
READERS = (Role.AUDITOR, Role.FINANCE, Role.LEADER)


class MonthWidget(widgets.Widget):
    """A month as 2020-12 in import and export files."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return parse_month_cell(value)[0]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return format_month(value)


class LineScoped:
    """Rows of the officer's own service lines; rows without a programme belong to the whole bureau."""

    line_path = "programme__line"

    def get_queryset(self, request: Any) -> Any:
        rows = super().get_queryset(request)  # type: ignore[misc]
        user = request.user
        if user.role != Role.BUREAU_OFFICER:
            return rows
        nobody = Q(programme__isnull=True) if self.line_path == "programme__line" else Q()
        return rows.filter(Q(**{f"{self.line_path}__in": user.lines}) | nobody)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "programme":
            kwargs["queryset"] = Programme.objects.filter(line__in=request.user.lines)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class DatedMixin:
    """What is in force already is never overwritten: a new value is a new row with its own month."""

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)  # type: ignore[misc]
        return allowed and (obj is None or obj.effective_from > queries.this_month())


@admin.register(Programme)
class ProgrammeAdmin(RoomAdmin):
    """The programmes and whether they are in use. Codes and exclusion groups are fixed."""

    list_display = ("code", "name", "line", "beneficiary", "is_active", "position")
    list_filter = ("line", "is_active")
    search_fields = ("code", "name")
    readonly_fields = ("code", "line", "beneficiary", "is_one_off", "group")
    exclude = ("exclusions",)
    view_roles, change_roles = READERS, KEEPERS

    def get_queryset(self, request: Any) -> Any:
        rows = super().get_queryset(request)
        return rows.filter(line__in=request.user.lines) if request.user.role == Role.BUREAU_OFFICER else rows


class PolicyResource(ScopedResource):
    """Policy rows of the officer's own lines; what is in force is never overwritten. Refusals stand in the preview."""

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        super().before_save_instance(instance, row, **kwargs)
        line = instance.programme.line if instance.programme_id else ""
        if self.user is not None and line and line not in self.user.lines:
            raise ValidationError(f"项目“{instance.programme}”不在您的业务线内，这一行没有写入。")
        if instance.pk and instance.effective_from <= queries.this_month():
            raise ValidationError("已施行的不能修改，请另录一条新的施行月份。")


class StandardResource(PolicyResource):
    programme = fields.Field("programme", "项目代码", widgets.ForeignKeyWidget(Programme, "code"))
    division = fields.Field("division", "区划代码", widgets.ForeignKeyWidget(Division, "code"))
    category = fields.Field("category", "类别", default="")
    amount = fields.Field("amount", "标准", widgets.DecimalWidget())
    effective_from = fields.Field("effective_from", "施行月份", MonthWidget())
    source = fields.Field("source", "依据文件")

    class Meta:
        model = Standard
        fields = ("programme", "division", "category", "amount", "effective_from", "source")
        import_id_fields = ("programme", "division", "category", "effective_from")
        skip_unchanged = True


@admin.register(Standard)
class StandardAdmin(DatedMixin, LineScoped, ImportExportRoomAdmin):
    """标准: a new one takes effect from its month; those who receive already are changed by 调标, after approval."""

    list_display = (
        "programme", "division", "category", money_column("amount", "标准（元/月）"), "month", "source", "reassess",
    )  # fmt: skip
    list_filter = ("programme",)
    search_fields = ("source", "programme__name")
    list_select_related = ("programme", "division")
    autocomplete_fields = ("division",)
    readonly_fields = ("reassess",)
    resource_classes = [StandardResource]
    view_roles = READERS
    add_roles = change_roles = import_roles = KEEPERS
    export_roles = (*KEEPERS, *READERS)

    @admin.display(description="施行月份", ordering="effective_from")
    def month(self, obj: Any) -> str:
        return format_month(obj.effective_from)

    @admin.display(description="调标")
    def reassess(self, obj: Any) -> Any:
        if not obj.pk:
            return "保存后可以按新标准重新测算。"
        return format_html(
            '<a href="{}?standard={}">按新标准重新测算</a>', reverse("benefits:propose"), obj.pk
        )

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        texts = {
            "division": "通常为全区；某乡镇另有标准的，选该乡镇，就近的标准优先。",
            "category": "一般不填；同一项目分类别定标准时填写。",
            "effective_from": "从该月起施行。已施行的标准不能修改，调整时另录一条。",
            "source": "批准文件的名称和文号，会印在决定书和调标批次上。",
        }
        if field is not None and db_field.name in texts:
            field.help_text = texts[db_field.name]
        return field

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            messages.info(
                request,
                format_html(
                    '新标准已录入，正在享受的待遇没有变动。<a href="{}?standard={}">按新标准重新测算</a>',
                    reverse("benefits:propose"),
                    obj.pk,
                ),
            )


class ParameterResource(PolicyResource):
    programme = fields.Field("programme", "项目代码", widgets.ForeignKeyWidget(Programme, "code"))
    key = fields.Field("key", "参数")
    value = fields.Field("value", "值", widgets.JSONWidget())
    unit = fields.Field("unit", "单位", default="")
    effective_from = fields.Field("effective_from", "施行月份", MonthWidget())
    source = fields.Field("source", "依据", default="")

    class Meta:
        model = Parameter
        fields = ("programme", "key", "value", "unit", "effective_from", "source")
        import_id_fields = ("programme", "key", "effective_from")
        skip_unchanged = True


@admin.register(Parameter)
class ParameterAdmin(DatedMixin, LineScoped, ImportExportRoomAdmin):
    """政策参数: ratios, counts and switches by month. A rule that is not used has its parameter at 0."""

    list_display = ("label", "programme", "key", "value", "unit", "month", "source")
    list_filter = ("programme",)
    search_fields = ("key", "help", "source")
    list_select_related = ("programme",)
    resource_classes = [ParameterResource]
    view_roles = READERS
    add_roles = change_roles = import_roles = KEEPERS
    export_roles = (*KEEPERS, *READERS)

    @admin.display(description="说明")
    def label(self, obj: Any) -> str:
        return obj.help or obj.key

    @admin.display(description="施行月份", ordering="effective_from")
    def month(self, obj: Any) -> str:
        return format_month(obj.effective_from)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        texts = {
            "programme": "不选则全局适用（如发放日）。",
            "key": "参数代码，与已有的同一参数写法一致。",
            "value": "数字写成 24 或 \"0.20\"，文字加双引号，多项写成 [\"wages\", \"pension\"]。",
            "effective_from": "从该月起施行。已施行的不能修改，调整时另录一条。",
        }  # fmt: skip
        if isinstance(field, forms.Field) and db_field.name in texts:
            field.help_text = texts[db_field.name]
        return field


class MemberInline(RoomInline):
    model = EntitlementMember
    fields = readonly_fields = ("person", "first_month", "last_month")
    view_roles = (*KEEPERS, *READERS)
    verbose_name_plural = "保障对象"


class EntitlementResource(ScopedResource):
    programme = fields.Field("programme__name", "项目")
    person = fields.Field("person__name", "户主或本人")
    household = fields.Field("household__number", "户编号")
    village = fields.Field("division__name", "村（社区）")
    persons = fields.Field("persons", "保障人数")
    amount = fields.Field("monthly_amount", "月金额", widgets.DecimalWidget())
    first_month = fields.Field("first_month", "起始月份", MonthWidget())
    last_month = fields.Field("last_month", "末月", MonthWidget())
    reason = fields.Field("end_reason", "停发原因")
    certificate = fields.Field("certificate_number", "低保证号")

    class Meta:
        model = Entitlement
        fields = (
            "programme", "person", "household", "village", "persons", "amount", "first_month", "last_month", "reason",
            "certificate",
        )  # fmt: skip

    def dehydrate_reason(self, obj: Any) -> str:
        return obj.get_end_reason_display() if obj.end_reason else ""

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("programme", "person", "household", "division")


@admin.register(Entitlement)
class EntitlementAdmin(ReadOnlyAdmin, ImportExportRoomAdmin):
    """待遇: decided by cases and taken over from ledgers; changed only by decisions."""

    list_display = (
        "person", masked_number("person__id_number", "身份证号"), "programme", "division", "persons",
        money_column("monthly_amount", "月金额（元）"), "months", "source", "is_void",
    )  # fmt: skip
    list_filter = ("programme", "source", "end_reason", "is_void")
    list_select_related = ("person", "programme", "division")
    search_fields = ("=person__id_number", "person__name", "=household__number", "=certificate_number")
    ordering = ("-pk",)
    inlines = (MemberInline,)
    resource_classes = [EntitlementResource]
    view_roles = (*KEEPERS, *READERS)
    export_roles = (*KEEPERS, *READERS)

    @admin.display(description="起止月份", ordering="first_month")
    def months(self, obj: Any) -> str:
        return f"{format_month(obj.first_month)} 至 {format_month(obj.last_month) or '今'}"


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    """暂缓发放, past and present; placed and lifted on the pages."""

    list_display = (
        "entitlement",
        "first_month",
        "last_month",
        "reason",
        "placed_by",
        "placed_at",
        "lifted_at",
    )
    list_select_related = ("entitlement__programme", "entitlement__person", "placed_by")
    search_fields = ("reason", "entitlement__person__name")
    view_roles = (*KEEPERS, *READERS)


@admin.register(Assessment)
class AssessmentAdmin(ReadOnlyAdmin):
    """测算: facts, policy used and breakdown as they were."""

    list_display = (
        "programme", "household", "person", "month", "eligible", money_column("monthly_amount", "金额（元）"),
        "persons", "made_at",
    )  # fmt: skip
    list_filter = ("programme", "eligible")
    list_select_related = ("programme", "household", "person")
    search_fields = ("=household__number", "person__name")
    ordering = ("-pk",)
    view_roles = (*KEEPERS, *READERS)

    def get_queryset(self, request: Any) -> Any:
        user, rows = request.user, super().get_queryset(request)
        if user.role == Role.BUREAU_OFFICER:
            rows = rows.filter(programme__line__in=user.lines)
        return rows.filter(
            Q(household__division__code__startswith=user.division_id)
            | Q(household=None, person__division__code__startswith=user.division_id)
        )


@admin.register(StandardChange)
class StandardChangeAdmin(ReadOnlyAdmin):
    """调标批次, decided on the pages."""

    list_display = ("__str__", "standard", "state", "made_by", "decided_by", "decided_at")
    list_filter = ("state", "programme")
    list_select_related = ("programme", "standard__programme", "made_by", "decided_by")
    view_roles = (*KEEPERS, *READERS)
