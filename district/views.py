"""Login, own password, own account; for auditors the trail of looks and the history of changes."""

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from core.errors import UserError
from core.filters import AnyChoiceFilter, DayInput, FilterSet
from core.lists import ListPage
from core.models import AccessKind, AccessLog
from core.pages import Action, TemplatePage, VerbView
from core.tables import DayColumn, Table, TagColumn, TextColumn
from core.templatetags import ui
from district import changes, services
from district.login import LoginForm
from district.models import Line, Role, User
from district.passwords import PASSWORD_RULES


class Login(auth_views.LoginView):
    """The login page; what was typed into a form while the login ended goes on after it (`core.pages.login_first`)."""

    form_class = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> Any:
        answer = super().form_valid(form)
        typed = typed_before(self.request.POST.get("kept", ""))
        if not typed or form.get_user().must_change_password:
            return answer
        return render(
            self.request, "registration/resume.html", {"typed": typed, "next": self.get_success_url()}
        )

    def form_invalid(self, form: Any) -> Any:
        kept = self.request.POST.get("kept", "")
        if not typed_before(kept):
            return super().form_invalid(form)
        messages.error(self.request, "账号或密码不对，请核对大小写后重新输入；刚才填写的内容都在。")
        context = {"kept": kept, "login_url": self.request.get_full_path()}
        return render(self.request, "registration/expired.html", context, status=401)


def typed_before(kept: str) -> list[tuple[str, str]]:
    """The fields of the form that was being filled in, as `(name, value)`; nothing for what is not ours."""
    try:
        found = json.loads(kept) if kept else {}
        return [(str(name), str(value)) for name, values in found.items() for value in values]
    except (ValueError, AttributeError, TypeError):
        return []


class Logout(auth_views.LogoutView):
    """Ends the session (POST only) and returns to the login page."""

    next_page = reverse_lazy("login")


class PasswordForm(forms.Form):
    old_password = forms.CharField(
        label="原密码", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new_password1 = forms.CharField(
        label="新密码", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    new_password2 = forms.CharField(
        label="再输一次", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (
            data.get("new_password1")
            and data.get("new_password2")
            and data["new_password1"] != data["new_password2"]
        ):
            self.add_error("new_password2", "两次输入的新密码不一样。")
        return data


class PasswordChange(VerbView):
    """The own password; the only page open to an account whose first password was made up."""

    title = "修改密码"
    button = "修改密码"
    form_class = PasswordForm
    template_name = "district/password.html"
    crumbs = [("工作台", "/"), ("我的账号", reverse_lazy("account")), ("修改密码", "")]

    def page_data(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        return {"rules": PASSWORD_RULES, "forced": request.user.must_change_password}

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return "" if request.user.must_change_password else reverse("account")

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        if not request.user.check_password(data["old_password"]):
            raise UserError("原密码不对。", "old_password")
        services.set_own_password(request.user, data["new_password1"])
        update_session_auth_hash(request, request.user)
        return "密码已修改，下次登录请用新密码。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        wanted = request.GET.get("next", "")
        return wanted if url_has_allowed_host_and_scheme(wanted, None) else reverse("core:workbench")


class Account(TemplatePage):
    """What the account may do, and what it did lately that left a trace."""

    title = "我的账号"
    template_name = "district/account.html"
    crumbs = [("工作台", "/"), ("我的账号", "")]

    def facts(self, request: HttpRequest) -> list[Any]:
        return [request.user.username, request.user.get_role_display(), request.user.division.name]

    def actions(self, request: HttpRequest) -> list[Action]:
        return [Action("修改密码", reverse("password_change"), primary=True)]

    def data(self, request: HttpRequest) -> Mapping[str, Any]:
        mine = AccessLog.objects.filter(user=request.user)
        logins = [AccessKind.LOGIN, AccessKind.LOGOUT]
        return {
            "lines": [Line(one).label for one in request.user.lines],
            "logins": mine.filter(kind__in=logins)[:8],
            "looks": mine.exclude(kind__in=logins)[:12],
        }


def _named(text: str) -> Any:
    """Accounts by a part of the name, or by the login name."""
    return User.objects.filter(Q(full_name__contains=text) | Q(username=text))


class MomentColumn(DayColumn):
    """A moment to the second in the export: a trail without its hour proves little."""

    def value(self, value: Any) -> str:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"


class KindColumn(TagColumn):
    """What was done; only a refused login stands out."""

    def render(self, value: Any, record: Any, bound_column: Any) -> Any:  # type: ignore[override]
        label = record.get_kind_display()
        return ui.tag(label, tone="bad") if value == AccessKind.REFUSED else label


class AccessFilters(FilterSet):
    """By whom, what, when, and on which object."""

    user = django_filters.CharFilter(label="人员", method="by_user")
    kind = AnyChoiceFilter(label="动作", choices=AccessKind.choices)
    target = django_filters.CharFilter(label="对象", lookup_expr="icontains")
    since = django_filters.DateFilter(label="自", field_name="at", lookup_expr="date__gte", widget=DayInput)
    until = django_filters.DateFilter(label="至", field_name="at", lookup_expr="date__lte", widget=DayInput)
    key = django_filters.CharFilter(label="对象编号", field_name="target_key")
    more = ("key",)

    def by_user(self, queryset: Any, name: str, value: str) -> Any:
        """A part of the name, or the account's login name."""
        return queryset.filter(user__in=_named(value))


class AccessTable(Table):
    at = MomentColumn(verbose_name="时间")
    user = TextColumn(verbose_name="人员")
    role = TextColumn(accessor="user__get_role_display", verbose_name="角色", orderable=False, drop=True)
    kind = KindColumn(verbose_name="动作")
    target = TextColumn(verbose_name="对象")
    purpose = TextColumn(verbose_name="事由")
    address = TextColumn(verbose_name="来源地址", drop=True)


class AccessTrail(ListPage):
    """Who looked at an unmasked number, exported, downloaded, printed, logged in — and what for."""

    title = "查阅与导出痕迹"
    unit = "条"
    roles = {Role.AUDITOR}
    crumbs = [("工作台", "/"), ("核查", ""), ("查阅与导出痕迹", "")]
    filterset_class = AccessFilters
    table_class = AccessTable

    def queryset(self, request: HttpRequest) -> Any:
        return AccessLog.objects.select_related("user").order_by("-id")


class ChangeFilters(forms.Form):
    kind = forms.ChoiceField(label="对象种类", required=False)
    number = forms.CharField(label="对象编号", required=False, max_length=20)
    user = forms.CharField(label="人员", required=False, max_length=40)
    since = forms.DateField(label="自", required=False, widget=DayInput())
    until = forms.DateField(label="至", required=False, widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "全部"), *changes.kinds()]  # type: ignore[attr-defined]

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].strip()
        if number and not self.data.get("kind"):
            raise forms.ValidationError("按对象编号查时，请先选对象种类。")
        return number

    def conditions(self) -> dict[str, Any]:
        """What `changes.find` takes."""
        data = self.cleaned_data
        zone = timezone.get_current_timezone()

        def midnight(day: date) -> datetime:
            return datetime.combine(day, time.min, tzinfo=zone)

        return {
            "kind": data["kind"],
            "number": data["number"],
            "users": list(_named(data["user"])[:200]) if data["user"] else None,
            "since": midnight(data["since"]) if data["since"] else None,
            "until": midnight(data["until"] + timedelta(days=1)) if data["until"] else None,
        }


class ChangeHistory(TemplatePage):
    """Every change of every table, from what to what, by whom and why."""

    title = "变更历史"
    template_name = "district/changes.html"
    roles = {Role.AUDITOR}
    crumbs = [("工作台", "/"), ("核查", ""), ("变更历史", "")]
    per_page, most_pages = 50, 100

    def data(self, request: HttpRequest) -> Mapping[str, Any]:
        form = ChangeFilters(request.GET)
        text = request.GET.get("page", "1")
        page = min(max(int(text), 1), self.most_pages) if text.isdigit() and len(text) < 6 else 1
        found: list[changes.Change] = []
        more = False
        if form.is_valid():
            try:
                found, more = changes.find(
                    **form.conditions(), offset=(page - 1) * self.per_page, limit=self.per_page
                )
            except ValueError:
                form.add_error("number", "这一种对象的编号不是这个样子。")
        return {
            "form": form,
            "filtered": any(request.GET.get(name) for name in form.fields),
            "changes": found,
            "page": page,
            "previous": page - 1,
            "next": page + 1 if more and page < self.most_pages else None,
        }
