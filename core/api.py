"""The REST interface's ground: read-only endpoints whose rows come from `.visible_to(user)`, errors in Chinese.

A room's `api.py` declares model, roles, filters and serializers; what everybody needs stands here once. Identity and
account numbers leave masked: the complete one is shown by the pages alone, for a reason and with a trace.
"""

import re
from decimal import Decimal
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError as FormError
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.http import Http404
from django_filters.rest_framework import FilterSet
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.response import Response
from rest_framework.utils import json
from rest_framework.views import exception_handler
from rest_framework.viewsets import ReadOnlyModelViewSet

from core.audit import log_access
from core.errors import Conflict, NotAllowed, UserError
from core.fields import MonthField
from core.filters import MonthFilter, mask
from core.models import AccessKind
from core.months import format_month

MONTH_SCHEMA = {"type": "string", "pattern": r"^\d{4}-\d{2}$", "example": "2020-12"}
_LONG_NUMBER = re.compile(r"\d{7,}[\dXx]?")

# -- who may --------------------------------------------------------------------------------------------------


class HasRole(BasePermission):
    """The account's role is one of the view's `roles`. Which rows it sees is decided in the query, not here."""

    message = "您的角色不使用这个接口。"

    def has_permission(self, request: Any, view: Any) -> bool:
        return getattr(request.user, "role", None) in view.roles


# -- what goes in and out -------------------------------------------------------------------------------------


class ExactJSONParser(JSONParser):
    """JSON whose fractions become Decimal: amounts never pass through a float."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return json.loads(stream.read().decode("utf-8-sig"), parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError() from error


@extend_schema_field(OpenApiTypes.STR)
class MaskedField(serializers.CharField):
    """An ID, account, certificate or phone number with its middle starred out."""

    def __init__(self, **kwargs: Any):
        super().__init__(**{"read_only": True, **kwargs})

    def to_representation(self, value: Any) -> str:
        return mask(value) if value else ""


@extend_schema_field(MONTH_SCHEMA)
class MonthText(serializers.DateField):
    """A month as `2020-12`."""

    def to_representation(self, value: Any) -> str:
        return format_month(value)


class RoomSerializer(serializers.ModelSerializer):
    """A model's row, with months written as months."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        MonthField: MonthText,
    }


# -- conditions -----------------------------------------------------------------------------------------------


class AreaFilter(django_filters.CharFilter):
    """Rows in a division or below it, by its code."""

    def __init__(self, **kwargs: Any):
        check = RegexValidator(r"^\d{6}(\d{3}){0,2}$", "区划代码应为 6、9 或 12 位数字。")
        super().__init__(**{"label": "区划代码（含下级）", "validators": [check], **kwargs})

    def filter(self, queryset: Any, value: Any) -> Any:
        return queryset.within(value) if value else queryset


class KeyFilter(django_filters.Filter):
    """Rows that point to the row with this key."""

    field_class = forms.IntegerField

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        extend_schema_field({"type": "integer", "description": kwargs["label"]})(self)


class ApiMonthFilter(MonthFilter):
    """A month written as `2020-12`."""

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        extend_schema_field({**MONTH_SCHEMA, "description": kwargs["label"]})(self)


class RoomFilterSet(FilterSet):
    """Conditions of an endpoint; one that it does not know is refused, so that a slip never widens the answer."""

    def is_valid(self) -> bool:
        known = {*self.base_filters, "cursor", "page_size", "format"}
        unknown = sorted(set(self.data) - known)
        if unknown:
            raise exceptions.ValidationError({name: ["没有这个查询条件。"] for name in unknown})
        return super().is_valid()


# -- pages ----------------------------------------------------------------------------------------------------


class KeysetPagination(CursorPagination):
    """Page after page by key: no COUNT, and the thousandth page costs what the first does."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    page_size_query_description = "每页条数，最多 200，默认 50。"
    cursor_query_description = "下一页的位置，照抄上一页 next 里的地址即可。"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        return (view.cursor_ordering,)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, FormError) as error:  # a cursor that was not made here
            raise exceptions.NotFound(self.invalid_cursor_message) from error


class RoomSchema(AutoSchema):
    """The description of an endpoint in Chinese, from the view's `title` and `about`."""

    def get_tags(self) -> list[str]:
        return [self.view.tag]

    def get_summary(self) -> str:
        if getattr(self.view, "action", "") == "list":
            return f"{self.view.title}：列表"
        return f"{self.view.title}：一条" if getattr(self.view, "action", "") else self.view.title

    def get_description(self) -> str:
        return self.view.about


class ScopedViewSet(ReadOnlyModelViewSet):
    """List and detail of the rows that the account may see.

    Declare `model` (its manager knows `visible_to`), `roles`, `serializers_by_action`, and as needed `filterset_class`,
    `joins` (select_related) and `with_details` (prefetches of the detail, scoped too). `tag`, `title` and `about` are
    what the documentation says in Chinese. A foreign row is 404, a wrong role 403.
    """

    model: Any = None
    roles: frozenset[str] = frozenset()
    tag = title = about = ""
    joins: tuple[str, ...] = ()
    cursor_ordering = "-id"
    serializers_by_action: ClassVar[dict[str, Any]] = {}
    permission_classes = [IsAuthenticated, HasRole]
    pagination_class = KeysetPagination
    filterset_class: Any = None
    lookup_value_regex = r"\d{1,18}"
    # Whether reading page after page is kept in the trail, like an export; tables that are not about people aren't.
    about_people = True

    def scope(self, user: Any) -> QuerySet:
        """All rows that this account may see."""
        return self.model.objects.visible_to(user)

    def with_details(self, queryset: QuerySet, user: Any) -> QuerySet:
        """What the detail shows beside the row itself."""
        return queryset

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        queryset = self.scope(self.request.user).select_related(*self.joins)
        return self.with_details(queryset, self.request.user) if self.action == "retrieve" else queryset

    def get_serializer_class(self) -> Any:
        return self.serializers_by_action[self.action or "list"]

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        response = super().list(request, *args, **kwargs)
        if self.about_people:
            self.trace(request, len(response.data["results"]))
        return response

    def trace(self, request: Any, rows: int) -> None:
        """Reading lists through the interface takes data out of the house: a line in the trail, as for an export."""
        query = _LONG_NUMBER.sub(lambda found: mask(found[0]), request.query_params.urlencode())
        log_access(
            request.user,
            AccessKind.EXPORT,
            target=f"接口 {self.title} {rows} 条",
            target_key=request.resolver_match.view_name,
            detail={"query": query[:400], "rows": rows},
            request=request,
        )


# -- what went wrong ------------------------------------------------------------------------------------------

_WORDS = {
    exceptions.NotAuthenticated: "请先登录。",
    exceptions.ParseError: "请求内容不是正确的 JSON。",
    exceptions.UnsupportedMediaType: "请求内容应为 application/json。",
    exceptions.NotAcceptable: "本接口只提供 application/json。",
}


def chinese_errors(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as `{"detail": …}` in Chinese; `errors` names the fields, `changes` what someone else changed."""
    if isinstance(error, UserError):
        return _user_error(error)
    if isinstance(error, Http404):
        error = exceptions.NotFound("没有这条记录，或者它不在您的辖区、业务范围内。")
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        response.data = {"detail": "请求中有不正确的内容。", "errors": response.data}
        return response
    words = _WORDS.get(type(error)) or str(getattr(error, "detail", "")) or HasRole.message
    if words.startswith("CSRF Failed"):
        words = "缺少 CSRF 令牌或令牌不对，请把 csrftoken 的值放进 X-CSRFToken 请求头。"
    response.data = {"detail": words}
    return response


def _user_error(error: UserError) -> Response:
    body: dict[str, Any] = {"detail": error.message}
    if error.field:
        body["errors"] = {error.field: [error.message]}
    if isinstance(error, Conflict):
        return Response({**body, "changes": error.changes}, status=409)
    return Response(body, status=403 if isinstance(error, NotAllowed) else 400)
