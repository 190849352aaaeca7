"""Generic pages in NetBox's way: a list is a queryset, a filterset and a table; a verb is a form and a service call.

Every page asks for a signed-in account and for one of its `roles` (empty: all roles). A wrong role is 403 with a
Chinese page, an object outside the user's area is 404, because querysets start with `.visible_to(user)`.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import AccessMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from core import places
from core.errors import Conflict, NotAllowed, UserError


@dataclass(frozen=True)
class Action:
    """A button in the page's head. `why` set: shown disabled, with the reason why this user may not."""

    label: str
    url: str = ""
    primary: bool = False
    danger: bool = False
    method: str = "get"
    why: str = ""
    print: bool = False

    @property
    def disabled(self) -> bool:
        return bool(self.why)


@dataclass(frozen=True)
class BulkAction:
    """An act on the ticked rows, or on the whole filter. `bulk_<name>(request, queryset)` of the list page does it."""

    name: str
    label: str
    roles: frozenset[str] = frozenset()
    danger: bool = False
    confirm: str = ""


@dataclass
class Confirm:
    """What a confirmation page says: what will happen (name, amount, month), and what can be undone."""

    lead: str
    button: str
    undo: str = ""
    danger: bool = False
    facts: list[tuple[str, Any]] = field(default_factory=list)


MOST_KEPT = 500_000


def login_first(request: HttpRequest, otherwise: Callable[[], Any]) -> Any:
    """The login ended while a form was being filled in: the login page, with what was typed carried along. It goes on
    after the login (`district.views.Login`); chosen files have to be chosen again. `otherwise`: nothing was typed."""
    typed = {key: values for key, values in request.POST.lists() if not _secret(key)}
    kept = json.dumps(typed, ensure_ascii=False)
    if not typed or len(kept) > MOST_KEPT or request.headers.get("HX-Request"):
        return otherwise()
    messages.warning(request, "登录已过期，请重新登录；刚才填写的内容都在，登录后继续。")
    address = f"{reverse('login')}?{urlencode({'next': request.get_full_path()})}"
    return render(request, "registration/expired.html", {"kept": kept, "login_url": address}, status=401)


def _secret(key: str) -> bool:
    return key == "csrfmiddlewaretoken" or "password" in key


class Page(AccessMixin, View):
    """A page with a title, a place in the menu and the roles that may open it."""

    roles: ClassVar[Iterable[str]] = ()
    title = ""
    crumbs: ClassVar[list[tuple[str, Any]]] = []
    template_name = ""
    menu_url = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return login_first(request, self.handle_no_permission)
        if self.roles and getattr(request.user, "role", "") not in set(self.roles):
            raise PermissionDenied("您的角色不办理这项业务。")
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.title

    def get_crumbs(self) -> list[tuple[str, Any]]:
        """`[(label, url), …]`; an empty url is plain text."""
        return self.crumbs

    def context(self, **more: Any) -> dict[str, Any]:
        """What base.html needs, with more."""
        base = {"title": self.get_title(), "crumbs": self.get_crumbs(), "menu_url": self.menu_url}
        return {**base, **more}

    def render(self, template: str = "", status: int = 200, **context: Any) -> HttpResponse:
        return render(self.request, template or self.template_name, self.context(**context), status=status)


class TemplatePage(Page):
    """A page that only shows: override `data(request)`, and `facts`, `actions` when it has some."""

    def data(self, request: HttpRequest) -> Mapping[str, Any]:
        return {}

    def facts(self, request: HttpRequest) -> list[Any]:
        return []

    def actions(self, request: HttpRequest) -> list[Action]:
        return []

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render(
            **{"facts": self.facts(request), "actions": self.actions(request), **self.data(request)}
        )


class ObjectMixin:
    """Finds the page's object among what the user may see."""

    request: HttpRequest
    kwargs: dict[str, Any]
    url_kwarg = "pk"
    lookup = "pk"

    def queryset(self, request: HttpRequest) -> Any:
        """Scoped rows: `Model.objects.visible_to(request.user)`."""
        raise NotImplementedError

    def get_object(self, request: HttpRequest) -> Any:
        return get_object_or_404(self.queryset(request), **{self.lookup: self.kwargs[self.url_kwarg]})


class DetailPage(ObjectMixin, Page):
    """One object. `place`: name under which upper rooms register panels for it (`places.panels`)."""

    place = ""
    object: Any = None

    def get_title(self) -> str:
        return str(self.object) if self.object is not None else self.title

    def facts(self, request: HttpRequest, obj: Any) -> list[Any]:
        """The line under the title: number, village, persons, amount, limit."""
        return []

    def actions(self, request: HttpRequest, obj: Any) -> list[Action]:
        return []

    def data(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = obj = self.get_object(request)
        context = {
            "object": obj,
            "facts": self.facts(request, obj),
            "actions": self.actions(request, obj),
            "panels": places.panels.at(self.place, request.user) if self.place else [],
            **self.data(request, obj),
        }
        return self.render(**context)


class VerbView(ObjectMixin, Page):
    """A verb: optional form, optional confirmation page, one service call, one sentence that says what happened.

    - `form_class`: the fields it needs; `confirm(request, obj)`: what the confirmation page says.
    - With `confirm_first` a POST without `confirmed=1` shows that page first, with what was typed.
    - `act(request, obj, data)` calls the service and returns the sentence for the user, or a response.
    - A UserError comes back on the same page, typed text kept; a Conflict shows what the other person changed and
      takes the new version, so that saving again is a decision and not an accident.
    - Without form and confirmation it takes POST only.
    """

    form_class: type[forms.BaseForm] | None = None
    template_name = "pages/verb.html"
    confirm_first = False
    button = ""
    object: Any = None

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        if self.form_class is None:
            return None
        return self.form_class(data, files, initial=self.get_initial(request, obj))

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        version = getattr(obj, "version", None)
        return {} if version is None else {"version": version}

    def confirm(self, request: HttpRequest, obj: Any) -> Confirm | None:
        return None

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        raise NotImplementedError

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return obj.get_absolute_url()

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else ""

    def page_data(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """More context for the form or confirmation page."""
        return {}

    def load(self, request: HttpRequest) -> Any:
        """The object, or None for a verb that makes something new (leave `queryset` alone then)."""
        return self.get_object(request) if self.url_kwarg in self.kwargs else None

    def show(self, request: HttpRequest, obj: Any, form: Any, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "object": obj,
            "form": form,
            "confirm": self.confirm(request, obj),
            "button": self.button,
            "back": self.back_url(request, obj),
            **self.page_data(request, obj),
            **more,
        }
        return self.render(status=status, **context)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = obj = self.load(request)
        form = self.get_form(request, obj)
        if form is None and self.confirm(request, obj) is None:
            return self.http_method_not_allowed(request)
        return self.show(request, obj, form)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = obj = self.load(request)
        form = self.get_form(request, obj, request.POST, request.FILES)
        if form is not None and not form.is_valid():
            return self.show(request, obj, form, status=422)
        if self.confirm_first and request.POST.get("confirmed") != "1":
            return self.show(request, obj, form)
        try:
            outcome = self.act(request, obj, form.cleaned_data if form is not None else request.POST.dict())
        except UserError as error:
            return self.refused(request, obj, form, error)
        if isinstance(outcome, HttpResponse):
            return outcome
        if outcome:
            messages.success(request, outcome)
        return redirect(self.success_url(request, obj))

    def refused(self, request: HttpRequest, obj: Any, form: Any, error: UserError) -> HttpResponse:
        """The same page again with the reason; where there is no page to return to, the object's page says it."""
        status = 409 if isinstance(error, Conflict) else 403 if isinstance(error, NotAllowed) else 422
        changes = getattr(error, "changes", [])
        if form is not None:
            if error.field and error.field in form.fields:
                form.add_error(error.field, error.message)
                return self.show(request, obj, form, status=status)
            if isinstance(error, Conflict) and obj is not None:
                obj = self.load(request)
                form.data = form.data.copy()
                if "version" in form.fields:
                    form.data[form.add_prefix("version")] = obj.version
            return self.show(request, obj, form, status=status, problem=error.message, changes=changes)
        if self.confirm(request, obj) is not None:
            return self.show(request, obj, None, status=status, problem=error.message, changes=changes)
        messages.error(request, error.message)
        return redirect(self.back_url(request, obj) or self.success_url(request, obj))
