"""The admin of 临时救助 and the reserve: to read and to export."""

from django.contrib import admin
from import_export.fields import Field

from core.admin import ImportExportRoomAdmin, ReadOnlyAdmin, RoomInline, ScopedResource, money_column
from relief.temporary.models import (
    Advance,
    Expense,
    Reserve,
    ReserveEntry,
    TemporaryApplication,
    TemporaryMember,
)

SEEING = ("bureau_officer", "auditor", "finance")
EXPORTING = ("bureau_officer", "auditor")


class GrantResource(ScopedResource):
    """临时救助台账: a row a case."""

    number = Field("number", "编号")
    subject = Field("subject", "户主")
    division = Field("division__name", "村（社区）")
    kind = Field("get_kind_display", "救助类型")
    cause = Field("get_cause_display", "事由")
    decided_on = Field("decided_on", "决定日期")
    granted_amount = Field("granted_amount", "救助金额")
    state = Field("get_state_display", "状态")

    class Meta:
        model = TemporaryApplication
        fields = export_order = (
            "number",
            "subject",
            "division",
            "kind",
            "cause",
            "decided_on",
            "granted_amount",
            "state",
        )

    def get_queryset(self):
        return super().get_queryset().select_related("division")


class EntryResource(ScopedResource):
    """备用金台账: a row an entry."""

    township = Field("reserve__township__name", "乡镇（街道）")
    year = Field("reserve__year", "年度")
    on = Field("on", "日期")
    kind = Field("get_kind_display", "类别")
    amount = Field("amount", "金额")
    balance = Field("balance", "余额")
    document_number = Field("document_number", "拨付文号")
    note = Field("note", "摘要")

    class Meta:
        model = ReserveEntry
        fields = export_order = (
            "township",
            "year",
            "on",
            "kind",
            "amount",
            "balance",
            "document_number",
            "note",
        )

    def get_queryset(self):
        return super().get_queryset().select_related("reserve__township")


class ReadAndExport(ReadOnlyAdmin, ImportExportRoomAdmin):
    view_roles = SEEING
    export_roles = EXPORTING


class TemporaryMemberInline(RoomInline):
    model = TemporaryMember
    view_roles = SEEING
    fields = readonly_fields = ("person", "relation", "affected", "income")


class ExpenseInline(RoomInline):
    model = Expense
    view_roles = SEEING
    fields = readonly_fields = ("spent_on", "what", "amount", "paper")


@admin.register(TemporaryApplication)
class TemporaryApplicationAdmin(ReadAndExport):
    resource_classes = [GrantResource]
    list_display = (
        "number",
        "subject",
        "division",
        "kind",
        "cause",
        money_column("granted_amount", "救助金额（元）"),
        "decided_on",
        "state",
    )
    list_filter = ("kind", "cause", "state")
    list_select_related = ("division",)
    search_fields = ("number", "subject")
    inlines = (TemporaryMemberInline, ExpenseInline)


@admin.register(Advance)
class AdvanceAdmin(ReadOnlyAdmin):
    view_roles = SEEING
    list_display = (
        "case",
        money_column("amount", "金额（元）"),
        "state",
        "paid_on",
        "paper_due_on",
        "proposed_by",
        "approved_by",
        money_column("to_recover", "应追回（元）"),
    )
    list_filter = ("state",)
    list_select_related = ("case", "proposed_by", "approved_by")
    search_fields = ("case__number", "case__subject")


class EntryInline(RoomInline):
    model = ReserveEntry
    view_roles = SEEING
    fields = readonly_fields = ("on", "kind", "amount", "balance", "document_number", "note", "made_by")


@admin.register(Reserve)
class ReserveAdmin(ReadOnlyAdmin):
    view_roles = SEEING
    list_display = ("township", "year", money_column("balance", "余额（元）"))
    list_filter = ("year",)
    list_select_related = ("township",)
    inlines = (EntryInline,)


@admin.register(ReserveEntry)
class ReserveEntryAdmin(ReadAndExport):
    resource_classes = [EntryResource]
    list_display = (
        "reserve",
        "on",
        "kind",
        money_column("amount", "金额（元）"),
        money_column("balance", "余额（元）"),
        "document_number",
        "note",
        "made_by",
    )
    list_filter = ("kind", "reserve__year")
    list_select_related = ("reserve__township", "made_by")
    search_fields = ("document_number", "note")
