"""REST: persons and households, found by number, name or place. Numbers leave masked."""

from typing import Any

import django_filters
from django.core.validators import RegexValidator
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from rest_framework import serializers

from core.api import AreaFilter, MaskedField, RoomFilterSet, RoomSerializer, ScopedViewSet
from district.api import CASE_READERS
from registry.models import (
    DisabilityCertificate,
    Household,
    Membership,
    PayeeAccount,
    Person,
    Relation,
)


class PersonFilter(RoomFilterSet):
    # Exact only: a search by parts would give away, digit by digit, what the answer masks.
    id_number = django_filters.CharFilter(
        label="身份证号（完整 18 位）",
        validators=[RegexValidator(r"^\d{17}[\dXx]$", "请给出完整的 18 位身份证号。")],
        method="with_id_number",
    )
    name = django_filters.CharFilter(label="姓名（含）", lookup_expr="contains", min_length=1)
    division = AreaFilter()

    def with_id_number(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(id_number=value.upper())


class PersonRow(RoomSerializer):
    id_number = MaskedField(label="身份证号（掩码）")
    phone = MaskedField(label="联系电话（掩码）")
    division_name = serializers.CharField(source="division.name", read_only=True, label="村（社区）")

    class Meta:
        model = Person
        fields = [
            *["id", "name", "id_number", "sex", "birth_date", "ethnicity", "phone"],
            *["division", "division_name", "hukou_kind", "labour", "death_date"],
        ]


class MembershipRow(RoomSerializer):
    household_number = serializers.CharField(source="household.number", read_only=True, label="户编号")

    class Meta:
        model = Membership
        fields = ["household", "household_number", "relation", "since", "until"]


class AccountRow(RoomSerializer):
    number = MaskedField(label="账号（掩码）")

    class Meta:
        model = PayeeAccount
        fields = ["bank", "number", "holder_name", "since", "until"]


class CertificateRow(RoomSerializer):
    number = MaskedField(label="残疾证号（掩码）")

    class Meta:
        model = DisabilityCertificate
        fields = ["number", "kind", "grade", "since", "until"]


class PersonDetail(PersonRow):
    memberships = MembershipRow(many=True, read_only=True)
    accounts = AccountRow(many=True, read_only=True)
    certificates = CertificateRow(many=True, read_only=True)

    class Meta(PersonRow.Meta):
        fields = [
            *PersonRow.Meta.fields,
            *["address", "health", "monthly_income", "note", "created_at", "version"],
            *["memberships", "accounts", "certificates"],
        ]


class PersonViewSet(ScopedViewSet):
    """Residents inside the account's area."""

    model = Person
    roles = CASE_READERS
    tag, title = "居民与家庭", "居民"
    about = "辖区内的居民。身份证号、电话、账号、残疾证号一律掩码；按身份证号查询须给出完整号码。"
    joins = ("division",)
    filterset_class = PersonFilter
    serializers_by_action = {"list": PersonRow, "retrieve": PersonDetail}

    def with_details(self, queryset: QuerySet, user: Any) -> QuerySet:
        homes = Membership.objects.visible_to(user).select_related("household").order_by("-since")
        return queryset.prefetch_related(
            Prefetch("memberships", homes),
            Prefetch("accounts", PayeeAccount.objects.visible_to(user).order_by("-since")),
            Prefetch("certificates", DisabilityCertificate.objects.visible_to(user).order_by("-since")),
        )


class HouseholdFilter(RoomFilterSet):
    number = django_filters.CharFilter(label="户编号")
    division = AreaFilter()


class HouseholdRow(RoomSerializer):
    head_name = serializers.CharField(read_only=True, allow_null=True, label="户主")
    division_name = serializers.CharField(source="division.name", read_only=True, label="村（社区）")

    class Meta:
        model = Household
        fields = [
            *["id", "number", "head_name", "division", "division_name"],
            *["address", "hukou_kind", "until"],
        ]


class MemberRow(RoomSerializer):
    name = serializers.CharField(source="person.name", read_only=True, label="姓名")
    id_number = MaskedField(source="person.id_number", label="身份证号（掩码）")

    class Meta:
        model = Membership
        fields = ["person", "name", "id_number", "relation", "since", "until"]


class HouseholdDetail(HouseholdRow):
    memberships = MemberRow(many=True, read_only=True)

    class Meta(HouseholdRow.Meta):
        fields = [*HouseholdRow.Meta.fields, "note", "created_at", "version", "memberships"]


class HouseholdViewSet(ScopedViewSet):
    """Households inside the account's area, with their members over time."""

    model = Household
    roles = CASE_READERS
    tag, title = "居民与家庭", "家庭"
    about = "辖区内的家庭；单条附历任成员及起止日期（止日为不再属于本户的第一天）。"
    joins = ("division",)
    filterset_class = HouseholdFilter
    serializers_by_action = {"list": HouseholdRow, "retrieve": HouseholdDetail}

    def scope(self, user: Any) -> QuerySet:
        heads = Membership.objects.filter(
            household=OuterRef("pk"), relation=Relation.HEAD, until__isnull=True
        )
        return super().scope(user).annotate(head_name=Subquery(heads.values("person__name")[:1]))

    def with_details(self, queryset: QuerySet, user: Any) -> QuerySet:
        people = Membership.objects.visible_to(user).select_related("person").order_by("since", "pk")
        return queryset.prefetch_related(Prefetch("memberships", people))
