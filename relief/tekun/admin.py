"""The admin of 特困: cases with what was found, placements and the ledger, to read; the ledger can be exported."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin import ImportExportRoomAdmin, ReadOnlyAdmin, RoomInline, masked_number, money_column
from relief.tekun.models import (
    CareAssessment,
    Supporter,
    TekunApplication,
    TekunAsset,
    TekunHolding,
    TekunIncome,
    TekunPlacement,
)
from relief.tekun.resources import HoldingResource

SEEING = ("bureau_officer", "auditor", "finance")


class IncomeInline(RoomInline):
    model = TekunIncome
    view_roles = SEEING
    fields = readonly_fields = ("kind", "declared", "verified", "recognised", "basis")
    extra = 0


class AssetInline(RoomInline):
    model = TekunAsset
    view_roles = SEEING
    fields = readonly_fields = ("kind", "declared", "verified", "recognised", "basis")
    extra = 0


class SupporterInline(RoomInline):
    model = Supporter
    view_roles = SEEING
    fields = readonly_fields = ("name", "kin", "income", "capable", "note")
    extra = 0


class GradingInline(RoomInline):
    model = CareAssessment
    view_roles = SEEING
    fields = readonly_fields = ("graded_on", "grade", "grader", "second_grader", "note", "recorded_by")
    extra = 0


@admin.register(TekunApplication)
class TekunApplicationAdmin(ReadOnlyAdmin):
    view_roles = SEEING
    list_display = (
        "number",
        "person",
        "division",
        "placement",
        "change_kind",
        "state",
        "decided_on",
        "first_month",
    )
    list_filter = ("state", "placement", "change_kind", "end_reason")
    list_select_related = ("person", "division")
    search_fields = ("number", "person__name")
    inlines = (SupporterInline, GradingInline, IncomeInline, AssetInline)


@admin.register(TekunPlacement)
class TekunPlacementAdmin(ReadOnlyAdmin):
    view_roles = SEEING
    list_display = ("person", "placement", "institution", "grade", "premium", "first_month", "last_month")
    list_filter = ("placement", "grade", "institution")
    list_select_related = ("person", "institution")
    search_fields = ("person__name",)


@admin.register(TekunHolding)
class TekunHoldingAdmin(ImportExportRoomAdmin):
    """特困供养名册: looked up and exported; what is granted changes through a case."""

    view_roles = SEEING
    export_roles = ("bureau_officer",)
    resource_classes = [HoldingResource]
    list_display = (
        "person",
        masked_number("person__id_number", "身份证号"),
        "division",
        money_column("monthly_amount", "基本生活（元/月）"),
        "first_month",
        "last_month",
        "end_reason",
        "review_due",
    )
    list_filter = ("end_reason", "source")
    list_select_related = ("person", "division")
    search_fields = ("person__name", "person__id_number")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
