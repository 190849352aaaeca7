"""REST: programmes with their standards, entitlements, and the assessment of given facts (writes nothing)."""

from typing import Any

import django_filters
from django.db.models import Prefetch, Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from benefits.assessing import assess_all
from benefits.models import Entitlement, EntitlementMember, Hold, Parameter, Programme, Standard
from core.api import (
    ApiMonthFilter,
    AreaFilter,
    ExactJSONParser,
    HasRole,
    KeyFilter,
    MaskedField,
    RoomFilterSet,
    RoomSerializer,
    ScopedViewSet,
)
from core.errors import UserError
from district.api import CASE_READERS
from district.models import Line

MOST_ITEMS = 1000


class ProgrammeFilter(RoomFilterSet):
    line = django_filters.ChoiceFilter(label="业务线", choices=Line.choices)


class ProgrammeRow(RoomSerializer):
    class Meta:
        model = Programme
        fields = ["code", "name", "line", "beneficiary", "is_one_off", "is_active"]


class StandardRow(RoomSerializer):
    class Meta:
        model = Standard
        fields = ["category", "amount", "division", "effective_from", "source"]


class ParameterRow(RoomSerializer):
    class Meta:
        model = Parameter
        fields = ["key", "value", "unit", "effective_from", "source"]


class ProgrammeDetail(ProgrammeRow):
    standards = StandardRow(many=True, read_only=True)
    parameters = ParameterRow(many=True, read_only=True)

    class Meta(ProgrammeRow.Meta):
        fields = [*ProgrammeRow.Meta.fields, "standards", "parameters"]


class ProgrammeViewSet(ScopedViewSet):
    """Programmes: policy, which everybody who works with cases may read."""

    model = Programme
    roles = CASE_READERS
    tag, title = "项目与待遇", "项目"
    about = "救助、补贴项目；单条附各期标准（元/月）和政策参数，均自施行月份起有效。"
    cursor_ordering = "code"
    lookup_value_regex = r"[a-z_]+"
    filterset_class = ProgrammeFilter
    serializers_by_action = {"list": ProgrammeRow, "retrieve": ProgrammeDetail}
    about_people = False

    def scope(self, user: Any) -> QuerySet:
        return Programme.objects.all()

    def with_details(self, queryset: QuerySet, user: Any) -> QuerySet:
        return queryset.prefetch_related("standards", "parameters")


class EntitlementFilter(RoomFilterSet):
    programme = django_filters.CharFilter(field_name="programme_id", label="项目代码")
    month = ApiMonthFilter(label="该月有效（含暂缓）", method="live_in")
    person = KeyFilter(field_name="person_id", label="户主或本人（居民 id）")
    household = KeyFilter(field_name="household_id", label="家庭 id")
    division = AreaFilter()

    def live_in(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.filter(
            Q(last_month__isnull=True) | Q(last_month__gte=value), first_month__lte=value, is_void=False
        )


class EntitlementRow(RoomSerializer):
    household_number = serializers.CharField(
        source="household.number", read_only=True, default=None, allow_null=True, label="户编号"
    )
    person_name = serializers.CharField(source="person.name", read_only=True, label="户主或本人")
    division_name = serializers.CharField(source="division.name", read_only=True, label="村（社区）")

    class Meta:
        model = Entitlement
        fields = [
            *["id", "programme", "household", "household_number", "person", "person_name"],
            *["division", "division_name", "persons", "monthly_amount", "first_month", "last_month"],
            *["is_void", "is_one_off", "source", "care_class", "end_reason"],
        ]


class BreakdownLine(serializers.Serializer):
    rule = serializers.CharField(label="规则")
    basis = serializers.CharField(label="依据")
    expr = serializers.CharField(default="", label="算式")
    amount = serializers.CharField(label="金额（元）")


class CoveredRow(RoomSerializer):
    name = serializers.CharField(source="person.name", read_only=True, label="姓名")
    id_number = MaskedField(source="person.id_number", label="身份证号（掩码）")

    class Meta:
        model = EntitlementMember
        fields = ["person", "name", "id_number"]


class HoldRow(RoomSerializer):
    class Meta:
        model = Hold
        fields = ["first_month", "last_month", "reason", "placed_at", "lifted_at", "lift_reason"]


class EntitlementDetail(EntitlementRow):
    lines = BreakdownLine(many=True, read_only=True, source="assessment.lines", default=[])
    members = CoveredRow(many=True, read_only=True)
    holds = HoldRow(many=True, read_only=True)

    class Meta(EntitlementRow.Meta):
        fields = [
            *EntitlementRow.Meta.fields,
            *["previous", "change_reason", "review_due", "end_note", "ended_at", "created_at", "version"],
            *["lines", "members", "holds"],
        ]


class EntitlementViewSet(ScopedViewSet):
    """Entitlements inside the account's area and lines."""

    model = Entitlement
    roles = CASE_READERS
    tag, title = "项目与待遇", "待遇"
    about = "辖区和业务线内的待遇；单条附计算明细、保障对象和暂缓记录。变更的待遇以 previous 指向前一次认定。"
    joins = ("household", "person", "division")
    filterset_class = EntitlementFilter
    serializers_by_action = {"list": EntitlementRow, "retrieve": EntitlementDetail}

    def with_details(self, queryset: QuerySet, user: Any) -> QuerySet:
        members = EntitlementMember.objects.visible_to(user).select_related("person").order_by("pk")
        return queryset.select_related("assessment").prefetch_related(
            Prefetch("members", members), Prefetch("holds", Hold.objects.visible_to(user))
        )


class ReasonRow(serializers.Serializer):
    code = serializers.CharField(label="条件")
    actual = serializers.JSONField(label="实际")
    limit = serializers.JSONField(label="界限")
    text = serializers.CharField(label="说明")


class ConflictRow(serializers.Serializer):
    held = serializers.CharField(label="已享受的项目")
    asked = serializers.CharField(label="申请的项目")
    verdict = serializers.ChoiceField(
        choices=["no", "replaces", "ends", "difference", "higher"], label="结论"
    )
    basis = serializers.CharField(label="依据")
    text = serializers.CharField(label="说明")


class AssessmentAnswer(serializers.Serializer):
    ref = serializers.CharField(allow_null=True, label="编号，原样返回")
    error = serializers.CharField(required=False, label="缺少或不合理的事实；有它时没有下列各项")
    eligible = serializers.BooleanField(required=False, label="符合条件")
    monthly_amount = serializers.CharField(required=False, label="月金额（元，两位小数）")
    persons = serializers.IntegerField(required=False, label="保障人数")
    first_month = serializers.CharField(required=False, allow_null=True, label="起始月份")
    lines = BreakdownLine(many=True, required=False)
    reasons = ReasonRow(many=True, required=False)
    conflicts = ConflictRow(many=True, required=False)
    covered = serializers.ListField(child=serializers.CharField(), required=False, label="纳入保障的成员编号")
    figures = serializers.DictField(required=False, label="计算中用到的数")


EXAMPLE = [
    {
        "ref": "case-1",
        "programme": "dibao_urban",
        "month": "2020-12",
        "members": [
            {
                "ref": "a",
                "relation": "head",
                "birth_date": "1948-03-02",
                "sex": "M",
                "labour": "none",
                "disability": {"kind": "physical", "grade": 1},
                "income": {"pension": 120},
            }
        ],
        "household": {
            "income": {"property": 80},
            "financial_assets": 0,
            "houses": 1,
            "vehicles": 0,
            "shops": 0,
        },
    }
]
ITEMS_SCHEMA = {
    "type": "array",
    "maxItems": MOST_ITEMS,
    "items": {
        "type": "object",
        "required": ["programme", "month", "members"],
        "properties": {
            "ref": {"type": "string"},
            "programme": {"type": "string"},
            "month": {"type": "string"},
            "policy": {"type": "object"},
            "members": {"type": "array", "items": {"type": "object"}},
            "household": {"type": "object"},
        },
    },
}


class AssessView(APIView):
    """Facts in, amounts out, by the one formula that also decides. Writes nothing."""

    roles = CASE_READERS
    tag, title = "测算", "测算一组事实"
    about = (
        "传入事实列表（格式与 assess 命令相同，一次最多 1000 项），返回资格、金额和计算明细。不写入任何数据。"
    )
    permission_classes = [IsAuthenticated, HasRole]
    parser_classes = [ExactJSONParser]

    @extend_schema(
        request={"application/json": ITEMS_SCHEMA},
        responses={200: AssessmentAnswer(many=True)},
        examples=[OpenApiExample("城市低保，一人户", value=EXAMPLE, request_only=True)],
    )
    def post(self, request: Any) -> Response:
        items = request.data
        if not isinstance(items, list):
            raise UserError("请求内容应当是一个列表，每一项是一组事实。")
        if len(items) > MOST_ITEMS:
            raise UserError(f"一次最多测算 {MOST_ITEMS} 项，本次有 {len(items)} 项，请分几次。")
        return Response(list(assess_all(items)))
