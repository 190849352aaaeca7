"""Back office of the line: lists, cases and proofs to read; the ledger as the old systems write it, to export."""

from typing import Any

from django.contrib import admin
from import_export import fields, widgets

from benefits.admin import MonthWidget
from core.admin import ImportExportRoomAdmin, ReadOnlyAdmin, ScopedResource, masked_number, money_column
from core.months import add_months, format_month
from elderly.models import AllowanceApplication, AllowanceList, Holding, LifeProof
from elderly.rules import CODES

SEEING = ("bureau_officer", "auditor", "finance")


@admin.register(AllowanceList)
class AllowanceListAdmin(ReadOnlyAdmin):
    """名单, decided on the pages."""

    view_roles = SEEING
    list_display = ("__str__", "programme", "division", "kind", "state", "due_on", "made_at")
    list_filter = ("programme", "kind", "state")
    list_select_related = ("programme", "division")


class ApplicationResource(ScopedResource):
    number = fields.Field("number", "编号")
    person = fields.Field("person__name", "姓名")
    village = fields.Field("division__name", "村（社区）")
    programme = fields.Field("programme__name", "项目")
    origin = fields.Field(column_name="来由")
    age = fields.Field("age", "周岁")
    amount = fields.Field("monthly_amount", "月标准", widgets.DecimalWidget())
    first_month = fields.Field("first_month", "执行月份", MonthWidget())
    state = fields.Field(column_name="状态")

    class Meta:
        model = AllowanceApplication
        fields = (
            "number",
            "person",
            "village",
            "programme",
            "origin",
            "age",
            "amount",
            "first_month",
            "state",
        )
        export_order = fields

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("person", "division", "programme").order_by("pk")

    def dehydrate_origin(self, obj: Any) -> str:
        return obj.get_origin_display()

    def dehydrate_state(self, obj: Any) -> str:
        return obj.get_state_display()


@admin.register(AllowanceApplication)
class AllowanceApplicationAdmin(ReadOnlyAdmin, ImportExportRoomAdmin):
    """Applications and endings with their decisions."""

    view_roles = export_roles = SEEING
    resource_classes = [ApplicationResource]
    list_display = (
        "number", "person", "programme", "division", "origin", "age", money_column("monthly_amount", "月标准（元）"),
        "first_month", "state",
    )  # fmt: skip
    list_filter = ("programme", "origin", "state", "end_reason", "out_reason")
    list_select_related = ("person", "programme", "division")
    search_fields = ("number", "person__name")


@admin.register(LifeProof)
class LifeProofAdmin(ReadOnlyAdmin):
    """生存认证, recorded on the pages."""

    view_roles = SEEING
    list_display = ("entitlement", "proved_on", "method", "note", "next_due", "recorded_by", "recorded_at")
    list_filter = ("method",)
    list_select_related = ("entitlement__person", "entitlement__programme", "recorded_by")
    search_fields = ("entitlement__person__name",)


class HoldingResource(ScopedResource):
    """The columns of `import_allowance`, so that what was exported can be taken in as it is: numbers are complete, and
    the export leaves its trace."""

    programme = fields.Field("programme_id", "项目代码")
    id_number = fields.Field("person__id_number", "身份证号")
    amount = fields.Field("monthly_amount", "月标准", widgets.DecimalWidget())
    first_month = fields.Field("first_month", "起始月份", MonthWidget())
    stop = fields.Field(column_name="停止月份")
    reason = fields.Field(column_name="停止原因")
    certificate = fields.Field(column_name="残疾证号")

    class Meta:
        model = Holding
        fields = ("programme", "id_number", "amount", "first_month", "stop", "reason", "certificate")
        export_order = fields

    def get_queryset(self) -> Any:
        rows = super().get_queryset().filter(programme__in=CODES, is_void=False)
        return (
            rows.select_related("person", "programme").prefetch_related("person__certificates").order_by("pk")
        )

    def dehydrate_stop(self, obj: Any) -> str:
        return format_month(add_months(obj.last_month, 1)) if obj.last_month else ""

    def dehydrate_reason(self, obj: Any) -> str:
        return obj.get_end_reason_display() if obj.end_reason else ""

    def dehydrate_certificate(self, obj: Any) -> str:
        return next((one.number for one in obj.person.certificates.all() if one.until is None), "")


@admin.register(Holding)
class HoldingAdmin(ReadOnlyAdmin, ImportExportRoomAdmin):
    """Who holds or held 高龄津贴 or 长寿金."""

    view_roles = export_roles = SEEING
    resource_classes = [HoldingResource]
    list_display = (
        "person", masked_number("person__id_number", "身份证号"), "programme", "division",
        money_column("monthly_amount", "月标准（元）"), "months", "review_due", "source",
    )  # fmt: skip
    list_filter = ("programme", "source", "end_reason")
    list_select_related = ("person", "programme", "division")
    search_fields = ("=person__id_number", "person__name")
    ordering = ("-pk",)

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).filter(programme__in=CODES, is_void=False)

    @admin.display(description="起止月份", ordering="first_month")
    def months(self, obj: Any) -> str:
        return f"{format_month(obj.first_month)} 至 {format_month(obj.last_month) or '今'}"
