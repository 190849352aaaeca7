"""The admin of 低保: applications with their members and figures, and reviews, to read."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin, RoomInline
from relief.dibao.models import ApplicationMember, AssetItem, DibaoApplication, IncomeItem, Review
from relief.tekun import admin as tekun_admin
from relief.temporary import admin as temporary_admin

SEEING = ("bureau_officer", "auditor", "finance")
# Reading their modules registers the tables of 特困 and 临时救助.
__all__ = ["tekun_admin", "temporary_admin"]


class MemberInline(RoomInline):
    model = ApplicationMember
    view_roles = SEEING
    fields = readonly_fields = (
        "person",
        "relation",
        "covered",
        "labour",
        "disability_kind",
        "disability_grade",
        "serious_illness",
        "student",
        "authorised",
    )
    extra = 0


class IncomeInline(RoomInline):
    model = IncomeItem
    view_roles = SEEING
    fields = readonly_fields = ("member", "kind", "declared", "verified", "recognised", "basis")
    extra = 0


class AssetInline(RoomInline):
    model = AssetItem
    view_roles = SEEING
    fields = readonly_fields = ("kind", "declared", "verified", "recognised", "basis")
    extra = 0


@admin.register(DibaoApplication)
class DibaoApplicationAdmin(ReadOnlyAdmin):
    view_roles = SEEING
    list_display = (
        "number",
        "person",
        "programme",
        "division",
        "change_kind",
        "state",
        "decided_on",
        "first_month",
    )
    list_filter = ("programme", "state", "change_kind", "end_reason")
    list_select_related = ("person", "programme", "division")
    search_fields = ("number", "person__name")
    inlines = (MemberInline, IncomeInline, AssetInline)


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    view_roles = SEEING
    list_display = ("entitlement", "reviewed_on", "result", "note", "next_due", "reviewed_by")
    list_filter = ("result",)
    list_select_related = ("entitlement__person", "entitlement__programme", "reviewed_by")
    search_fields = ("entitlement__person__name", "note")
