"""Forms of 低保: the application with its members, the matrix of what was found, change and review."""

from decimal import Decimal
from typing import Any

from django import forms

from benefits.models import CareClass, EndReason
from casework.forms import ASKS
from casework.services import today
from core.filters import DayInput, MoneyFormField, MonthFormField
from core.months import age_in_month, month_of
from registry.models import DisabilityKind, Labour
from relief.dibao.facts import HOUSEHOLD_KINDS, snapshot
from relief.dibao.models import AssetKind, ChangeKind, DibaoApplication, IncomeKind, ReviewResult
from relief.dibao.services import ADULT, MemberEntry, suggested_class
from relief.shared.forms import GradeField, count_or_money

MEMBER_KINDS = (IncomeKind.WAGES, IncomeKind.PENSION, IncomeKind.SUPPORT)


def register_asks() -> None:
    """What the step 批准 asks beside an opinion."""
    ASKS["care_class"] = lambda case: forms.ChoiceField(
        label="保障类别",
        choices=CareClass.choices,
        initial=suggested_class(case, today()),
        help_text="A 类：无劳动能力、无收入；C 类：有完全劳动能力成员；其余 B 类。",
    )


class MembersMixin:
    """Fields of every member in one form: `m<key>-<name>`."""

    fields: dict[str, forms.Field]

    def add_member_fields(self, key: int, name: str, initial: dict[str, Any]) -> None:
        made: dict[str, forms.Field] = {
            "covered": forms.BooleanField(required=False),
            "authorised": forms.BooleanField(required=False),
            "labour": forms.ChoiceField(choices=[("", "—"), *Labour.choices], required=False),
            "disability_kind": forms.ChoiceField(
                choices=[("", "无"), *DisabilityKind.choices], required=False
            ),
            "disability_grade": GradeField(),
            "serious_illness": forms.BooleanField(required=False),
            "student": forms.BooleanField(required=False),
        }
        labels = {
            "covered": "纳入保障",
            "authorised": "已签授权书",
            "labour": "劳动能力",
            "disability_kind": "残疾类别",
            "disability_grade": "残疾等级",
            "serious_illness": "重病",
            "student": "在读",
        }
        for field_name, one in made.items():
            one.label = f"{name} {labels[field_name]}"
            one.widget.attrs.update({"aria-label": one.label})
            if isinstance(one, forms.ChoiceField):
                one.widget.attrs["class"] = "control"
            one.initial = initial.get(field_name)
            self.fields[f"m{key}-{field_name}"] = one

    def check_member(self, key: int, data: dict[str, Any]) -> None:
        if bool(data.get(f"m{key}-disability_kind")) != bool(data.get(f"m{key}-disability_grade")):
            self.add_error(f"m{key}-disability_grade", "残疾类别和等级要一起填。")  # type: ignore[attr-defined]


MEMBER_NAMES = (
    "covered",
    "authorised",
    "labour",
    "disability_kind",
    "disability_grade",
    "serious_illness",
    "student",
)


class ApplicationForm(MembersMixin, forms.Form):
    """新建申请: the household's members with what they declare, the household's own income and assets."""

    reason = forms.CharField(label="申请理由", max_length=500, widget=forms.Textarea({"rows": 2}))
    single = forms.BooleanField(
        label="单人保", required=False, help_text="只纳入一名重残或重病成员，其余成员只计收入和财产。"
    )
    single_parent = forms.BooleanField(label="单亲家庭", required=False)
    staff_relative = forms.CharField(
        label="近亲属备案",
        max_length=200,
        required=False,
        help_text="是经办人员或村（居）干部近亲属的，写明姓名和关系。",
    )

    def __init__(self, *args, memberships: list[Any], **kwargs):
        super().__init__(*args, **kwargs)
        self.memberships = memberships
        day = today()
        for one in memberships:
            person = one.person
            known = {"covered": True, **snapshot(person, day)}
            self.add_member_fields(person.pk, person.name, known)
            for kind in MEMBER_KINDS:
                money = MoneyFormField(label=f"{person.name} {kind.label}")
                money.widget.attrs.update({"class": "control money", "size": "9", "aria-label": money.label})
                money.initial = (
                    person.monthly_income if kind == IncomeKind.WAGES and person.monthly_income else 0
                )
                self.fields[f"m{person.pk}-{kind.value}"] = money
        for kind in HOUSEHOLD_KINDS:
            self.fields[f"home-{kind.value}"] = MoneyFormField(label=f"{kind.label}（元/月）", initial=0)
        for asset in AssetKind:
            self.fields[f"asset-{asset.value}"] = count_or_money(asset.value, asset.label)
            self.fields[f"asset-{asset.value}"].initial = 1 if asset == AssetKind.HOUSES else 0
        self.order_fields([*[n for n in self.fields if n.startswith("m")]])

    def rows(self) -> list[dict[str, Any]]:
        """What the template draws, a row a member."""
        month = month_of(today())
        return [
            {
                "membership": one,
                "age": (age := age_in_month(one.person.birth_date, month)),
                "adult": age >= ADULT,
                "cells": {name: self[f"m{one.person_id}-{name}"] for name in MEMBER_NAMES},
                "incomes": [self[f"m{one.person_id}-{kind.value}"] for kind in MEMBER_KINDS],
            }
            for one in self.memberships
        ]

    def own_fields(self) -> list[Any]:
        return [self[name] for name in ("reason", "single_parent", "single", "staff_relative")]

    def home_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("home-")]

    def asset_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("asset-")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for one in self.memberships:
            self.check_member(one.person_id, data)
        covered = [one for one in self.memberships if data.get(f"m{one.person_id}-covered")]
        if not covered:
            raise forms.ValidationError("请至少勾选一名纳入保障的成员。")
        if data.get("single") and len(covered) != 1:
            self.add_error("single", "单人保只纳入一名成员，请只勾选这一人“纳入保障”。")
        return data

    def entries(self) -> list[MemberEntry]:
        """The members as the service takes them."""
        data = self.cleaned_data
        return [
            MemberEntry(
                person=one.person,
                relation=one.relation,
                incomes={
                    kind.value: data[f"m{one.person_id}-{kind.value}"]
                    for kind in MEMBER_KINDS
                    if data[f"m{one.person_id}-{kind.value}"] or kind == IncomeKind.WAGES
                },
                **{name: data[f"m{one.person_id}-{name}"] for name in MEMBER_NAMES},
            )
            for one in self.memberships
        ]

    def household_income(self) -> dict[str, Decimal]:
        found = {kind.value: self.cleaned_data[f"home-{kind.value}"] for kind in HOUSEHOLD_KINDS}
        return {kind: amount for kind, amount in found.items() if amount}

    def assets(self) -> dict[str, Decimal]:
        return {kind.value: Decimal(self.cleaned_data[f"asset-{kind.value}"]) for kind in AssetKind}


class MembersForm(MembersMixin, forms.Form):
    """Correct the members and the case's own facts."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = ApplicationForm.base_fields["reason"]
    single_parent = ApplicationForm.base_fields["single_parent"]
    single = ApplicationForm.base_fields["single"]
    staff_relative = ApplicationForm.base_fields["staff_relative"]
    is_hard = forms.BooleanField(label="疑难（总时限45个工作日）", required=False)

    def __init__(self, *args, case: DibaoApplication, **kwargs):
        super().__init__(*args, **kwargs)
        self.members = list(case.members.select_related("person"))
        for one in self.members:
            self.add_member_fields(
                one.pk, one.person.name, {name: getattr(one, name) for name in MEMBER_NAMES}
            )
        self.fields["reason"].required = not case.is_change

    def rows(self) -> list[dict[str, Any]]:
        month = month_of(today())
        return [
            {
                "membership": one,
                "age": (age := age_in_month(one.person.birth_date, month)),
                "adult": age >= ADULT,
                "cells": {name: self[f"m{one.pk}-{name}"] for name in MEMBER_NAMES},
            }
            for one in self.members
        ]

    def own_fields(self) -> list[Any]:
        return [self[name] for name in ("reason", "single_parent", "single", "staff_relative", "is_hard")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for one in self.members:
            self.check_member(one.pk, data)
        return data

    def member_rows(self) -> list[dict[str, Any]]:
        data = self.cleaned_data
        return [
            {"pk": one.pk, **{name: data[f"m{one.pk}-{name}"] for name in MEMBER_NAMES}}
            for one in self.members
        ]

    def case_facts(self) -> dict[str, Any]:
        names = ("reason", "single_parent", "single", "staff_relative", "is_hard")
        return {name: self.cleaned_data[name] for name in names}


class ChangeForm(forms.Form):
    """变更或停发: from when, why."""

    kind = forms.ChoiceField(label="办理类型", choices=ChangeKind.choices, widget=forms.RadioSelect)
    from_month = MonthFormField(
        label="执行月份", help_text="变更：新金额的第一个月；停发：不再发放的第一个月。"
    )
    reason = forms.CharField(label="变更情况", max_length=500, widget=forms.Textarea({"rows": 2}))
    end_reason = forms.ChoiceField(
        label="停发原因", choices=[("", "（变更不填）"), *EndReason.choices], required=False
    )
    end_note = forms.CharField(
        label="停发说明", max_length=500, required=False, help_text="原因选“其他”时必须写明。"
    )
    grace = forms.BooleanField(label="渐退（因就业增收，保持原金额）", required=False)
    grace_months_used = forms.IntegerField(label="已渐退月数", min_value=0, max_value=60, initial=0)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == ChangeKind.END and not data.get("end_reason"):
            self.add_error("end_reason", "请选择停发原因。")
        if data.get("end_reason") == EndReason.OTHER and not data.get("end_note"):
            self.add_error("end_note", "停发原因选“其他”时，请写明情况。")
        return data


class ReviewForm(forms.Form):
    """年审 of one household."""

    on = forms.DateField(label="核查日期", widget=DayInput)
    result = forms.ChoiceField(label="结果", choices=ReviewResult.choices, widget=forms.RadioSelect)
    note = forms.CharField(label="核查情况", max_length=500, widget=forms.Textarea({"rows": 3}))
    end_reason = forms.ChoiceField(
        label="停发原因", choices=[("", "（转停发时填）"), *EndReason.choices], required=False
    )

    def clean_on(self):
        if self.cleaned_data["on"] > today():
            raise forms.ValidationError("核查日期不能晚于今天。")
        return self.cleaned_data["on"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("result") == ReviewResult.END and not data.get("end_reason"):
            self.add_error("end_reason", "请选择停发原因。")
        return data
