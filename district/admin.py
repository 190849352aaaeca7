"""Accounts, divisions and offices in the admin: the system administrator's work."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from core.admin import ImportExportRoomAdmin, RoomAdmin, ScopedResource
from core.errors import UserError
from district import services
from district.models import ADMIN_ROLES, Division, Line, Office, Role, User
from district.views import Logout

# Rights come with the role of an account; groups would be a second, unseen way to give them.
if admin.site.is_registered(Group):
    admin.site.unregister(Group)


# One way to log out and one to change the password, with the trail and the rules of the pages.
admin.site.logout = Logout.as_view()  # type: ignore[method-assign]
admin.site.password_change = lambda request, extra_context=None: redirect("password_change")  # type: ignore[method-assign,return-value]


class AccountForm(forms.ModelForm):
    """An account with its one role; area, lines and office have to fit the role."""

    lines = forms.MultipleChoiceField(
        label="业务线",
        choices=Line.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="只有区局业务股室和婚姻登记员分业务线，其他角色不要勾选。",
    )
    reason = forms.CharField(
        label="变更原因",
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text="写入变更历史，例如：岗位调整。",
    )

    class Meta:
        model = User
        fields = ["username", "full_name", "phone", "role", "division", "lines", "office"]
        help_texts = {
            "username": "登录用，建立后不再更改。",
            "division": "乡镇（街道）角色选所在乡镇（街道），其他角色选区。",
            "office": "婚姻登记员须选，其他角色可不选。",
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.fields.pop("reason", None)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        role, division, office = data.get("role"), data.get("division"), data.get("office")
        if role and division:
            try:
                area = services.area_for(role, division.pk)
                if role == Role.BUREAU_OFFICER and not data.get("lines"):
                    raise UserError("请勾选业务线。", "lines")
                services.lines_for(role, data.get("lines") or [])
                services.office_for(role, office.pk if office else "", area)
            except UserError as error:
                self.add_error(error.field if error.field in self.fields else None, error.message)
        return data


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=100, widget=UnfoldAdminTextInputWidget)


@admin.register(User)
class UserAdmin(RoomAdmin):
    """Accounts. A first or reset password is made up and shown once; accounts are deactivated, never deleted."""

    form = AccountForm
    list_display = ("username", "full_name", "role", "division", "lines_shown", "is_active", "last_login")
    list_filter = ("role", "is_active")
    list_select_related = ("division",)
    search_fields = ("username", "full_name", "phone")
    autocomplete_fields = ("division", "office")
    add_roles = change_roles = (Role.SYSADMIN,)
    view_roles = (Role.AUDITOR,)
    actions_detail = ["reset_password", "deactivate", "reactivate"]

    @admin.display(description="业务线")
    def lines_shown(self, obj: User) -> str:
        if len(obj.lines) == len(Line.values):
            return "全部"
        return "、".join(Line(one).label for one in obj.lines)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(division__code__startswith=request.user.division_id)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = [("username", "full_name"), ("role", "division"), ("office", "phone"), "lines"]
        if obj is None:
            return fields
        more = [("is_active", "must_change_password"), ("last_login", "date_joined")]
        return [*fields, "reason", *more] if self.has_change_permission(request) else [*fields, *more]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("username", "is_active", "must_change_password", "last_login", "date_joined") if obj else ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        data = form.cleaned_data
        given = {
            "role": data["role"],
            "division": data["division"].pk,
            "lines": data["lines"],
            "office": data["office"].pk if data["office"] else "",
            "full_name": data["full_name"],
            "phone": data["phone"],
        }
        if change:
            services.change_account(
                User.objects.get(pk=obj.pk), reason=data.get("reason", ""), actor=request.user, **given
            )
        else:
            created, password = services.create_account(data["username"], actor=request.user, **given)
            # Kept with this one request: the admin object is shared by all of them.
            request.META["first_password"] = password
            obj.__dict__.update(created.__dict__)

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What a verb refuses comes back as a sentence over the list, never as a fault of the program."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except UserError as error:
            messages.error(request, error.message)
            return redirect(request.get_full_path())

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: Any = None) -> HttpResponse:
        return self._show_password(request, obj, request.META["first_password"], "已建立账号")

    def _show_password(self, request: HttpRequest, obj: User, password: str, what: str) -> HttpResponse:
        """The one time that a made-up password is seen; not a message, since those travel in cookies."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"{what} {obj.username}",
            "account": obj,
            "password": password,
            "opts": self.opts,
            "back": reverse("admin:district_user_changelist"),
        }
        response = TemplateResponse(request, "admin/district/password_shown.html", context)
        response["Cache-Control"] = "no-store"
        return response

    @action(description="重置密码", url_path="reset-password")
    def reset_password(self, request: HttpRequest, object_id: str) -> HttpResponse:
        account = self._account(request, object_id)
        if request.method != "POST":
            return self._ask(
                request, account, "重置密码", "原密码立即失效，已登录的页面会退出，本人下次登录须改密码。"
            )
        try:
            password = services.reset_password(account, request.user)
        except UserError as error:
            return self._refused(request, account, error)
        return self._show_password(request, account, password, "已重置密码")

    @action(description="停用账号", url_path="deactivate")
    def deactivate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        account = self._account(request, object_id)
        return self._with_reason(
            request,
            account,
            "停用账号",
            "立即退出且不能再登录；经办过的记录不变。",
            services.deactivate,
            "已停用",
        )

    @action(description="启用账号", url_path="reactivate")
    def reactivate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        account = self._account(request, object_id)
        return self._with_reason(
            request, account, "启用账号", "按原来的角色和密码恢复登录。", services.reactivate, "已启用"
        )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """An active account can be deactivated, an inactive one activated; an auditor does neither."""
        if not self.has_change_permission(request):
            return []
        active = User.objects.filter(pk=object_id, is_active=True).exists()
        hidden = "reactivate" if active else "deactivate"
        return [
            one
            for one in super().get_actions_detail(request, object_id)
            if not one.action_name.endswith(hidden)
        ]

    def _account(self, request: HttpRequest, object_id: str) -> User:
        account = self.get_object(request, object_id)
        if account is None:
            raise Http404
        if not self.has_change_permission(request):
            raise PermissionDenied
        return account

    def _with_reason(
        self, request: HttpRequest, account: User, title: str, effect: str, verb: Any, done: str
    ) -> HttpResponse:
        form = ReasonForm(request.POST or None)
        if request.method != "POST" or not form.is_valid():
            return self._ask(request, account, title, effect, form)
        try:
            verb(account, form.cleaned_data["reason"], request.user)
        except UserError as error:
            return self._refused(request, account, error)
        messages.success(request, f"{done}账号 {account.username}（{account}）。")
        return redirect("admin:district_user_change", account.pk)

    def _ask(
        self, request: HttpRequest, account: User, title: str, effect: str, form: Any = None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{title} {account.username}",
            "button": title,
            "account": account,
            "effect": effect,
            "form": form,
            "opts": self.opts,
            "back": reverse("admin:district_user_change", args=[account.pk]),
        }
        return TemplateResponse(request, "admin/district/confirm.html", context)

    def _refused(self, request: HttpRequest, account: User, error: UserError) -> HttpResponse:
        messages.error(request, error.message)
        return redirect("admin:district_user_change", account.pk)


class DivisionResource(ScopedResource):
    class Meta:
        model = Division
        import_id_fields = ["code"]
        fields = ["code", "name", "level", "parent", "area_kind", "until"]
        skip_unchanged = True
        use_bulk = False
        clean_model_instances = True


class DivisionForm(forms.ModelForm):
    """A division below its parent: the parent's code is how its own begins."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        code, parent = data.get("code") or self.instance.pk or "", data.get("parent")
        if parent is not None and not (code.startswith(parent.pk) and len(code) == len(parent.pk) + 3):
            self.add_error("parent", f"代码 {code} 不是 {parent}（{parent.pk}）的下一级。")
        if parent is None and len(code) > 6:
            self.add_error("parent", "请选上级区划。")
        return data


@admin.register(Division)
class DivisionAdmin(ImportExportRoomAdmin):
    """The district's townships and villages. A dissolved one keeps its rows and gets a date."""

    form = DivisionForm
    resource_classes = [DivisionResource]
    list_display = ("code", "name", "level", "area_kind", "parent", "until")
    list_filter = ("level", "area_kind")
    list_select_related = ("parent",)
    search_fields = ("code", "name")
    autocomplete_fields = ("parent",)
    view_roles = ADMIN_ROLES
    add_roles = change_roles = import_roles = (Role.SYSADMIN,)
    export_roles = ADMIN_ROLES

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "level", "parent") if obj else ()


class OfficeResource(ScopedResource):
    class Meta:
        model = Office
        import_id_fields = ["code"]
        fields = ["code", "name", "division"]
        skip_unchanged = True
        clean_model_instances = True


@admin.register(Office)
class OfficeAdmin(ImportExportRoomAdmin):
    """Sections of the bureau, township offices, the marriage registry."""

    resource_classes = [OfficeResource]
    list_display = ("code", "name", "division")
    list_select_related = ("division",)
    search_fields = ("code", "name")
    autocomplete_fields = ("division",)
    view_roles = ADMIN_ROLES
    add_roles = change_roles = import_roles = (Role.SYSADMIN,)
    export_roles = (Role.SYSADMIN, Role.AUDITOR)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()
