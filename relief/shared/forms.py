"""Form fields and forms that the trades of 社会救助 share: the matrix of income and assets, grades of disability."""

from decimal import Decimal
from typing import Any

from django import forms

from core.filters import MoneyFormField
from relief.shared.models import AssetKind, IncomeKind

GRADES = [("", "—"), ("1", "一级"), ("2", "二级"), ("3", "三级"), ("4", "四级")]
COUNT_FIELDS = {AssetKind.HOUSES.value, AssetKind.VEHICLES.value, AssetKind.SHOPS.value}


class GradeField(forms.TypedChoiceField):
    """残疾等级 1–4, or nothing."""

    def __init__(self, **kwargs):
        super().__init__(choices=GRADES, coerce=int, empty_value=None, required=False, **kwargs)


def count_or_money(kind: str, label: str, required: bool = True) -> forms.Field:
    """A money field for 金融资产, a whole number for the rest."""
    if kind in COUNT_FIELDS:
        return forms.IntegerField(
            label=label,
            min_value=0,
            max_value=99,
            required=required,
            widget=forms.TextInput({"inputmode": "numeric", "class": "money"}),
        )
    return MoneyFormField(label=label, required=required)


class EconomyForm(forms.Form):
    """The matrix 申报 · 核对结果 · 认定 · 依据 of every income and asset, and blank rows for income not named yet."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    BLANKS = 2

    def __init__(self, *args, case: Any, **kwargs):
        super().__init__(*args, **kwargs)
        self.members = list(case.members.select_related("person")) if hasattr(case, "members") else []
        self.incomes = list(
            case.incomes.select_related("member__person") if self.members else case.incomes.all()
        )
        self.assets = list(case.assets.all())
        self.common = "家庭" if self.members else case.person.name
        for item in self.incomes:
            self._cells(f"i{item.pk}", f"{self._who(item)} {item.get_kind_display()}", item)
        for item in self.assets:
            self._cells(f"a{item.pk}", item.get_kind_display(), item, item.kind)
        whose = [("home", self.common), *[(str(one.pk), one.person.name) for one in self.members]]
        for place in range(self.BLANKS):
            key, words = f"n{place}", f"新增第 {place + 1} 行"
            self.fields[f"{key}-member"] = forms.ChoiceField(
                label=f"{words} 成员", choices=whose, required=False
            )
            self.fields[f"{key}-kind"] = forms.ChoiceField(
                label=f"{words} 项目", choices=[("", "—"), *IncomeKind.choices], required=False
            )
            self._cells(key, words)
            for name in ("member", "kind"):
                one = self.fields[f"{key}-{name}"]
                one.widget.attrs.update({"class": "control", "aria-label": one.label})

    def _cells(self, key: str, words: str, item: Any = None, kind: str = "") -> None:
        labels = {"declared": "申报", "verified": "核对结果", "recognised": "认定"}
        for name, label in labels.items():
            needed = name == "declared" and item is not None
            one = count_or_money(kind, f"{words} {label}", needed)
            one.widget.attrs.update({"class": "control money", "size": "9", "aria-label": one.label})
            value = getattr(item, name) if item else None
            one.initial = int(value) if kind in COUNT_FIELDS and value is not None else value
            self.fields[f"{key}-{name}"] = one
        basis = forms.CharField(label=f"{words} 依据", max_length=200, required=False)
        basis.widget.attrs.update({"class": "control", "size": "14", "aria-label": basis.label})
        basis.initial = item.basis if item else ""
        self.fields[f"{key}-basis"] = basis

    def _row(self, key: str) -> dict[str, Any]:
        return {name: self[f"{key}-{name}"] for name in ("declared", "verified", "recognised", "basis")}

    def income_rows(self) -> list[dict[str, Any]]:
        return [{"item": one, "who": self._who(one), **self._row(f"i{one.pk}")} for one in self.incomes]

    def _who(self, item: Any) -> str:
        member = getattr(item, "member", None)
        return member.person.name if member else self.common

    def asset_rows(self) -> list[dict[str, Any]]:
        return [{"item": one, **self._row(f"a{one.pk}")} for one in self.assets]

    def blank_rows(self) -> list[dict[str, Any]]:
        return [
            {"member": self[f"n{n}-member"], "kind": self[f"n{n}-kind"], **self._row(f"n{n}")}
            for n in range(self.BLANKS)
        ]

    def _values(self, key: str, count: bool = False) -> dict[str, Any]:
        found = {
            name: self.cleaned_data[f"{key}-{name}"]
            for name in ("declared", "verified", "recognised", "basis")
        }
        if count:
            found = {
                name: Decimal(value) if isinstance(value, int) else value for name, value in found.items()
            }
        return found

    def incomes_data(self) -> list[dict[str, Any]]:
        rows = [{"pk": one.pk, **self._values(f"i{one.pk}")} for one in self.incomes]
        members = {str(one.pk): one for one in self.members}
        for n in range(self.BLANKS):
            if self.cleaned_data[f"n{n}-kind"]:
                rows.append(
                    {
                        "member": members.get(self.cleaned_data[f"n{n}-member"]),
                        "kind": self.cleaned_data[f"n{n}-kind"],
                        **self._values(f"n{n}"),
                    }
                )
        return rows

    def assets_data(self) -> list[dict[str, Any]]:
        return [{"pk": one.pk, **self._values(f"a{one.pk}", count=True)} for one in self.assets]
