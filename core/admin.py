"""The admin's foundation: rights by role, rows by area and line, history and import/export the same everywhere.

A room's own `admin.py` says which roles may view, add, change, import and export, and nothing about areas: lists,
autocompletes, foreign keys, actions and exports all start from `.visible_to(user)`.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from import_export.admin import ImportExportModelAdmin
from import_export.formats import base_formats
from import_export.resources import ModelResource
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.widgets import UnfoldAdminTextInputWidget

from core.audit import log_access
from core.fields import MonthField
from core.filters import MonthFormField, mask
from core.models import AccessKind, AccessLog, Job, WorkdayOverride
from core.months import format_month
from core.templatetags.ui import money_text
from core.trail import changes_of


def admin_login(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """One login page for everything; an account without admin work is told so, not asked to log in again."""
    if request.user.is_authenticated:
        if admin.site.has_permission(request):
            return redirect("admin:index")
        raise PermissionDenied("您的角色不使用后台管理。")
    return redirect(
        f"{reverse('login')}?{urlencode({'next': request.GET.get('next', reverse('admin:index'))})}"
    )


admin.site.login = admin_login  # type: ignore[method-assign]
admin.site.index_title = "后台管理"
admin.site.empty_value_display = "—"


def scoped(queryset: Any, user: Any) -> Any:
    """The rows that this user may see; tables without an area are seen whole."""
    return queryset.visible_to(user) if hasattr(queryset, "visible_to") else queryset


def masked_number(field: str, title: str) -> Any:
    """A list column of a masked identity or account number; the full one is asked for on the pages."""

    @admin.display(description=title, ordering=field)
    def column(obj: Any) -> str:
        value: Any = obj
        for part in field.split("__"):
            value = getattr(value, part, None)
        return mask(value) if value else "—"

    return column


def money_column(field: str, title: str) -> Any:
    """A list column of yuan with two places and thousands."""

    @admin.display(description=title, ordering=field)
    def column(obj: Any) -> str:
        return money_text(getattr(obj, field))

    return column


class AdminMonthInput(UnfoldAdminTextInputWidget):
    """A month as 2020-12, in the admin's look."""

    def __init__(self, attrs: Any = None):
        super().__init__({"placeholder": "年-月，如 2021-07", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else format_month(value)


class RoleRights:
    """Rights by role; no Django permissions and no groups, so that nobody can be given a right by a stray tick.

    Whoever may change or add may also view. Deleting is nobody's right unless a room says so: facts end.
    """

    view_roles: ClassVar[Iterable[str]] = ()
    change_roles: ClassVar[Iterable[str]] = ()
    add_roles: ClassVar[Iterable[str]] = ()
    delete_roles: ClassVar[Iterable[str]] = ()

    def _is(self, request: HttpRequest, *roles: Iterable[str]) -> bool:
        user: Any = request.user
        return user.is_active and getattr(user, "role", None) in set().union(*map(set, roles))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is(request, self.view_roles, self.change_roles, self.add_roles)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is(request, self.change_roles)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is(request, self.add_roles)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is(request, self.delete_roles)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault(
            "queryset", scoped(db_field.remote_field.model._default_manager.all(), request.user)
        )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault(
            "queryset", scoped(db_field.remote_field.model._default_manager.all(), request.user)
        )
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def get_queryset(self, request: HttpRequest) -> Any:
        return scoped(super().get_queryset(request), request.user)  # type: ignore[misc]


class RoomAdmin(RoleRights, ModelAdmin):
    """Base of every room's admin: rights by role, rows by area, a history that reads like the trade."""

    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = True
    compressed_fields = True
    warn_unsaved_form = True
    formfield_overrides = {MonthField: {"form_class": MonthFormField, "widget": AdminMonthInput}}

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> Any:
        """Outside the user's area a row does not exist, and the answer is the same as for one that never did."""
        raise Http404

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What changed, from what to what, by whom: from the triggers' history, not from what the admin noticed."""
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        if not hasattr(obj, "history"):
            return super().history_view(request, object_id, extra_context)
        context = {
            **self.admin_site.each_context(request),
            "title": f"修改记录：{obj}",
            "events": changes_of(obj),
            "object": obj,
            "opts": self.opts,
            "back": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk]),
        }
        return TemplateResponse(request, "admin/room_history.html", context)


class ReadOnlyAdmin(RoomAdmin):
    """Rows that nobody edits here: history, trails, what was paid."""

    change_roles = add_roles = delete_roles = ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RoomInline(RoleRights, TabularInline):
    """Rows of another table under an object, with the same rights by role."""

    extra = 0


class RoomStackedInline(RoleRights, StackedInline):
    extra = 0


class ScopedResource(ModelResource):
    """Import and export inside the user's area: rows outside it are neither found nor written."""

    def __init__(self, user: Any = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.user = user

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """Keys come from their sequence; the package would set it anew, which the runtime role may not."""

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        return scoped(queryset, self.user) if self.user is not None else queryset

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        super().before_save_instance(instance, row, **kwargs)
        path = getattr(self._meta.model, "division_path", None)
        code = instance.pk if path == "" else getattr(instance, f"{path}_id", None) if path else None
        if self.user is not None and code and not str(code).startswith(self.user.division_id):
            raise ValidationError(f"区划 {code} 不在您的辖区内，这一行没有写入。")


class ImportExportRoomAdmin(RoomAdmin, ImportExportModelAdmin):
    """A table that staff import and export themselves. Every export leaves a trace."""

    import_roles: ClassVar[Iterable[str]] = ()
    export_roles: ClassVar[Iterable[str]] = ()
    import_form_class = ImportForm
    export_form_class = ExportForm
    resource_classes: ClassVar[list[type]] = []

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self._is(request, self.import_roles)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self._is(request, self.export_roles)

    def get_import_formats(self) -> list[type]:
        return [base_formats.XLSX, base_formats.CSV]

    def get_export_formats(self) -> list[type]:
        return [base_formats.XLSX, base_formats.CSV]

    def get_resource_kwargs(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_resource_kwargs(request, *args, **kwargs), "user": request.user}

    def get_data_for_export(self, request: HttpRequest, queryset: Any, **kwargs: Any) -> Any:
        data = super().get_data_for_export(request, queryset, **kwargs)
        log_access(
            request.user,
            AccessKind.EXPORT,
            target=f"后台导出 {self.opts.verbose_name} {len(data)} 行",
            target_key=f"admin:{self.opts.label_lower}",
            detail={"rows": len(data), "query": request.GET.urlencode()[:400]},
            request=request,
        )
        return data


@admin.register(WorkdayOverride)
class WorkdayOverrideAdmin(ImportExportRoomAdmin):
    """Working and free days over the published calendar; the one table here whose rows may be deleted."""

    list_display = ("day", "is_workday", "name")
    list_filter = ("is_workday",)
    search_fields = ("name",)
    date_hierarchy = "day"
    view_roles = ("auditor",)
    add_roles = change_roles = delete_roles = import_roles = export_roles = ("bureau_officer", "sysadmin")


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    """Who looked at, exported, downloaded or printed what."""

    list_display = ("at", "user", "kind", "target", "purpose", "address")
    list_filter = ("kind",)
    list_select_related = ("user",)
    search_fields = ("target", "purpose", "target_key")
    view_roles = ("auditor", "sysadmin")

    def get_queryset(self, request: HttpRequest) -> Any:
        """A system administrator sees logins alone: the other traces name people and their cases."""
        rows = super().get_queryset(request)
        if getattr(request.user, "role", None) == "sysadmin":
            rows = rows.filter(kind__in=[AccessKind.LOGIN, AccessKind.LOGOUT, AccessKind.REFUSED])
        return rows


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Background work: what ran, what it came to, why it failed."""

    list_display = ("title", "state", "current", "started_by", "created_at", "finished_at")
    list_filter = ("state", "kind")
    list_select_related = ("started_by",)
    search_fields = ("title",)
    view_roles = ("sysadmin", "auditor")
