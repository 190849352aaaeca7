"""The admin of the room: the register to read and export; what is registered is changed by acts alone."""

from django.contrib import admin

from core.admin import ImportExportRoomAdmin, ReadOnlyAdmin, RoomInline, masked_number, money_column
from orgs.models import (
    GivenPaper,
    InspectionCampaign,
    InspectionReport,
    Measure,
    Organisation,
    OrgApplication,
    OrgCertificate,
)
from orgs.resources import OrganisationResource

SEEING = ("bureau_officer", "auditor")


@admin.register(Organisation)
class OrganisationAdmin(ReadOnlyAdmin, ImportExportRoomAdmin):
    view_roles = SEEING
    export_roles = ("bureau_officer",)
    resource_classes = [OrganisationResource]
    list_display = (
        "name",
        "kind",
        "credit_code",
        "representative_name",
        masked_number("representative_id", "身份证号"),
        "supervisor",
        money_column("capital", "注册资金（元）"),
        "founded_on",
        "state",
    )
    list_filter = ("kind", "state", "direct_kind")
    search_fields = ("name", "credit_code", "representative_name")
    exclude = ("representative_id", "phone", "person")
    readonly_fields = (
        masked_number("representative_id", "法定代表人身份证号"),
        masked_number("phone", "联系电话"),
    )


class GivenPaperInline(RoomInline):
    model = GivenPaper
    view_roles = SEEING
    fields = readonly_fields = ("code", "given_on", "received_by", "returned_on")


@admin.register(OrgApplication)
class OrgApplicationAdmin(ReadOnlyAdmin):
    view_roles = SEEING
    list_display = ("number", "name", "flow", "kind", "stage", "state", "decided_on")
    list_filter = ("flow", "kind", "state")
    search_fields = ("number", "name")
    exclude = ("representative_id", "phone", "person", "differences")
    inlines = (GivenPaperInline,)


@admin.register(OrgCertificate)
class OrgCertificateAdmin(ReadOnlyAdmin):
    view_roles = SEEING
    list_display = ("number", "organisation", "issued_on", "valid_until", "state", "reason")
    list_filter = ("state",)
    list_select_related = ("organisation",)
    search_fields = ("number", "organisation__name")


@admin.register(InspectionCampaign)
class InspectionCampaignAdmin(ReadOnlyAdmin):
    view_roles = SEEING
    list_display = ("year", "opened_on", "opened_by", "note")
    list_select_related = ("opened_by",)


@admin.register(InspectionReport)
class InspectionReportAdmin(ReadOnlyAdmin):
    view_roles = SEEING
    list_display = ("organisation", "campaign", "submitted_on", "state", "conclusion", "concluded_on")
    list_filter = ("campaign", "state", "conclusion")
    list_select_related = ("organisation", "campaign")
    search_fields = ("organisation__name",)


@admin.register(Measure)
class MeasureAdmin(ReadOnlyAdmin):
    view_roles = SEEING
    list_display = ("organisation", "kind", "state", "proposed_on", "decided_on")
    list_filter = ("kind", "state")
    list_select_related = ("organisation",)
    search_fields = ("organisation__name",)
