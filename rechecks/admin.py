"""Lists, rechecks, findings and leads for reading and for export: the acts stand on the pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin import ImportExportRoomAdmin, ReadOnlyAdmin, money_column
from rechecks.models import Finding, Lead, OutsideList, Recheck
from rechecks.resources import FindingResource, LeadResource

VIEW = ("bureau_officer", "leader", "auditor")
EXPORT = ("bureau_officer", "auditor")


class ReadAndExportAdmin(ReadOnlyAdmin, ImportExportRoomAdmin):
    """Nobody writes here, nobody imports; what goes out leaves a trace."""

    view_roles = VIEW
    export_roles = EXPORT

    def has_import_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(OutsideList)
class OutsideListAdmin(ReadOnlyAdmin):
    view_roles = VIEW
    list_display = (
        "kind",
        "as_of",
        "has_numbers",
        "source",
        "rows",
        "loaded",
        "rejected",
        "unknown",
        "loaded_by",
        "loaded_at",
    )
    list_filter = ("kind",)
    search_fields = ("source", "file_name")
    date_hierarchy = "as_of"
    exclude = ("file", "errors_file", "job")
    list_select_related = ("loaded_by",)


@admin.register(Recheck)
class RecheckAdmin(ReadOnlyAdmin):
    view_roles = VIEW
    list_display = ("month", "state", "checked", "findings", "new", "started_by", "finished_at")
    exclude = ("job",)
    list_select_related = ("started_by",)


@admin.register(Finding)
class FindingAdmin(ReadAndExportAdmin):
    resource_classes = [FindingResource]
    list_display = (
        "person",
        "division",
        "programme",
        "kind",
        "name_mismatch",
        "score",
        "first_month",
        "state",
    )
    list_filter = ("state", "kind", "programme", ("score", admin.EmptyFieldListFilter))
    search_fields = ("person__name", "household__number__exact")
    list_select_related = ("person", "division", "programme")
    # The rows of the lists with their numbers stand on the page, for those who may see them.
    exclude = ("evidence", "evidence_hash")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("household")


@admin.register(Lead)
class LeadAdmin(ReadAndExportAdmin):
    resource_classes = [LeadResource]
    list_display = (
        "person",
        "division",
        "programme",
        "ground",
        money_column("amount", "估算月金额（元）"),
        "first_month",
        "state",
    )
    list_filter = ("state", "ground", "programme")
    search_fields = ("person__name",)
    list_select_related = ("person", "division", "programme")
