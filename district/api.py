"""REST: divisions, and the roles that read about people and money."""

import django_filters
from rest_framework import serializers

from core.api import RoomFilterSet, ScopedViewSet
from district.models import Division, DivisionLevel, Role

# Who reads persons, cases and payments through the interface: never the system administrator, and not the marriage
# registrar, whose work needs none of it.
CASE_READERS = frozenset(
    {
        Role.TOWNSHIP_CLERK,
        Role.TOWNSHIP_LEADER,
        Role.BUREAU_OFFICER,
        Role.FINANCE,
        Role.LEADER,
        Role.AUDITOR,
    }
)


class DivisionFilter(RoomFilterSet):
    level = django_filters.ChoiceFilter(label="级别", choices=DivisionLevel.choices)
    parent = django_filters.CharFilter(field_name="parent_id", label="上级代码")


class DivisionRow(serializers.ModelSerializer):
    class Meta:
        model = Division
        fields = ["code", "name", "level", "parent", "area_kind", "until"]


class DivisionViewSet(ScopedViewSet):
    """Divisions inside the account's area."""

    model = Division
    roles = frozenset(Role.values)
    tag, title = "行政区划", "行政区划"
    about = "本人辖区内的区、乡镇（街道）、村（社区）及其代码。"
    cursor_ordering = "code"
    lookup_value_regex = r"\d{6,12}"
    filterset_class = DivisionFilter
    serializers_by_action = {"list": DivisionRow, "retrieve": DivisionRow}
    about_people = False
