"""REST: cases with where they stand and what happened to them."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from casework.models import Case, CaseEvent, CaseState
from casework.workflow import flow_of
from core.api import AreaFilter, KeyFilter, RoomFilterSet, RoomSerializer, ScopedViewSet
from core.errors import UserError
from district.api import CASE_READERS
from district.models import Line


class CaseFilter(RoomFilterSet):
    number = django_filters.CharFilter(label="编号")
    flow = django_filters.CharFilter(label="事项代码")
    line = django_filters.ChoiceFilter(label="业务线", choices=Line.choices)
    state = django_filters.ChoiceFilter(label="状态", choices=CaseState.choices)
    stage = django_filters.CharFilter(label="环节代码")
    person = KeyFilter(field_name="person_id", label="申请人（居民 id）")
    household = KeyFilter(field_name="household_id", label="家庭 id")
    division = AreaFilter()


class CaseRow(RoomSerializer):
    flow_name = serializers.SerializerMethodField(label="事项名称")
    stage_name = serializers.SerializerMethodField(label="环节名称")
    person_name = serializers.CharField(
        source="person.name", read_only=True, default=None, allow_null=True, label="申请人"
    )
    division_name = serializers.CharField(source="division.name", read_only=True, label="村（社区）")

    class Meta:
        model = Case
        fields = [
            *["id", "number", "flow", "flow_name", "line", "subject", "person", "person_name", "household"],
            *["division", "division_name", "stage", "stage_name", "state", "actor_role", "stage_since"],
            *["due_on", "accepted_on", "whole_due_on", "is_hard", "opened_at", "closed_at", "version"],
        ]

    def get_flow_name(self, case: Case) -> str:
        try:
            return flow_of(case).name
        except UserError:
            return case.flow

    def get_stage_name(self, case: Case) -> str:
        try:
            return flow_of(case).stage(case.stage).label
        except (UserError, KeyError):
            return case.stage


class EventRow(RoomSerializer):
    actor_name = serializers.CharField(
        source="actor.full_name", read_only=True, default=None, allow_null=True, label="人员"
    )

    class Meta:
        model = CaseEvent
        fields = ["at", "actor_name", "action", "label", "from_stage", "to_stage", "opinion"]


class CaseDetail(CaseRow):
    events = EventRow(many=True, read_only=True)

    class Meta(CaseRow.Meta):
        fields = [*CaseRow.Meta.fields, "events"]


class CaseViewSet(ScopedViewSet):
    """Cases inside the account's area and lines."""

    model = Case
    roles = CASE_READERS
    tag, title = "案件", "案件"
    about = "辖区和业务线内的案件；单条附办理记录（何时、何人、何种操作、意见），新的在前。"
    joins = ("person", "division")
    filterset_class = CaseFilter
    serializers_by_action = {"list": CaseRow, "retrieve": CaseDetail}

    def with_details(self, queryset: QuerySet, user: Any) -> QuerySet:
        events = CaseEvent.objects.visible_to(user).select_related("actor").order_by("-id")
        return queryset.prefetch_related(Prefetch("events", events))
