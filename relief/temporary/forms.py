"""Forms of 临时救助: the application with its members and expenses, the reserve's allotment and top-up."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from casework.forms import ASKS
from casework.services import today
from core.filters import DayInput, MoneyFormField
from core.money import ZERO
from registry.models import Person
from relief.temporary import reserve
from relief.temporary.models import Cause, Kind, Severity, TemporaryApplication
from relief.temporary.services import ExpenseEntry, Facts, MemberEntry, assess_now

EXPENSE_ROWS = 6
EXPENSE_FIELDS = ("spent_on", "what", "amount", "paper")
OWN_FIELDS = ("kind", "cause", "cause_words", "happened_on", "severity")
HOME_FIELDS = ("home_income", "financial_assets", "assets_note", "staff_relative")


def register_asks() -> None:
    """What the step 提出先行救助 asks beside an opinion."""
    ASKS["advance_amount"] = advance_amount


def advance_amount(case: TemporaryApplication) -> forms.Field:
    """The most that may be paid ahead: limit, worth of the case and balance of the reserve."""
    day = today()
    limit = Decimal(reserve.setting("advance_limit", day))
    worth = Decimal(assess_now(case, day).get("monthly_amount") or 0)
    most = min(limit, worth)
    return MoneyFormField(
        label="先行救助金额（元）",
        initial=most or None,
        min_value=None,
        help_text=f"每次不超过 {limit:,.0f} 元，也不超过本案测算的 {worth:,.2f} 元；从本乡镇（街道）备用金当即支付。",
    )


class FactsForm(forms.Form):
    """新建申请 and 更正: what happened, to whom, what it cost, what the household has."""

    kind = forms.ChoiceField(
        label="救助类型",
        choices=Kind.choices,
        widget=forms.RadioSelect,
        help_text="急难型：突发事件，24 小时内救助；支出型：必需支出超过承受能力。",
    )
    cause = forms.ChoiceField(label="事由", choices=[("", "请选择"), *Cause.choices])
    cause_words = forms.CharField(
        label="情况说明",
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
        help_text="什么时候、发生了什么、现在有什么困难。",
    )
    happened_on = forms.DateField(label="发生日期", widget=DayInput, required=False)
    severity = forms.ChoiceField(
        label="困难程度",
        choices=[("", "（支出型不填）"), *Severity.choices],
        required=False,
    )
    home_income = MoneyFormField(
        label="家庭共同收入（元/月）", initial=0, help_text="土地、房租、转移收入等。"
    )
    financial_assets = MoneyFormField(label="金融资产（元）", initial=0)
    assets_note = forms.CharField(
        label="其他财产", max_length=200, required=False, help_text="房屋、车辆、门面。"
    )
    staff_relative = forms.CharField(
        label="近亲属备案",
        max_length=200,
        required=False,
        help_text="是经办人员或村（居）干部近亲属的，写明姓名和关系。",
    )

    def __init__(self, *args: Any, people: list[tuple[Person, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.people = people
        for person, _ in people:
            hit = forms.BooleanField(required=False, initial=True, label=f"{person.name} 受困")
            hit.widget.attrs["aria-label"] = hit.label
            income = MoneyFormField(label=f"{person.name} 月收入", initial=person.monthly_income or 0)
            income.widget.attrs.update({"class": "control money", "size": "9", "aria-label": income.label})
            self.fields[f"m{person.pk}-affected"], self.fields[f"m{person.pk}-income"] = hit, income
        for place in range(EXPENSE_ROWS):
            self._expense(place)

    def _expense(self, place: int) -> None:
        words = f"第 {place + 1} 笔"
        made: dict[str, forms.Field] = {
            "spent_on": forms.DateField(label=f"{words} 日期", widget=DayInput, required=False),
            "what": forms.CharField(label=f"{words} 费用", max_length=60, required=False),
            "amount": MoneyFormField(label=f"{words} 自付金额", required=False),
            "paper": forms.CharField(label=f"{words} 票据", max_length=100, required=False),
        }
        for name, one in made.items():
            css = "control money" if name == "amount" else "control"
            one.widget.attrs.update({"class": css, "aria-label": one.label})
            if name != "spent_on":
                one.widget.attrs["size"] = "9" if name == "amount" else "13"
            self.fields[f"e{place}-{name}"] = one

    # -- what the template draws -------------------------------------------------------------------------

    def member_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "person": person,
                "relation": relation,
                "affected": self[f"m{person.pk}-affected"],
                "income": self[f"m{person.pk}-income"],
            }
            for person, relation in self.people
        ]

    def expense_rows(self) -> list[dict[str, Any]]:
        return [{name: self[f"e{place}-{name}"] for name in EXPENSE_FIELDS} for place in range(EXPENSE_ROWS)]

    def own_fields(self) -> list[Any]:
        return [self[name] for name in OWN_FIELDS if name in self.fields]

    def home_fields(self) -> list[Any]:
        return [self[name] for name in HOME_FIELDS]

    # -- what the service takes --------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = data.get("kind") or self.initial.get("kind")
        if kind == Kind.EMERGENCY and not data.get("severity"):
            self.add_error("severity", "急难型要选困难程度。")
        if kind == Kind.EMERGENCY and not any(data.get(f"m{one.pk}-affected") for one, _ in self.people):
            raise forms.ValidationError("请至少勾选一名受困成员。")
        for place in range(EXPENSE_ROWS):
            row = {name: data.get(f"e{place}-{name}") for name in EXPENSE_FIELDS}
            if not any(row.values()):
                continue
            for name, value in row.items():
                key = f"e{place}-{name}"
                if not value and key not in self.errors:
                    self.add_error(key, "这一笔的日期、费用、金额和票据要一起填。")
        return data

    def facts(self) -> Facts:
        data = self.cleaned_data
        return Facts(
            kind=data.get("kind") or self.initial.get("kind", ""),
            members=[
                MemberEntry(one, data[f"m{one.pk}-affected"], data[f"m{one.pk}-income"] or ZERO)
                for one, _ in self.people
            ],
            expenses=[
                ExpenseEntry(*(data[f"e{place}-{name}"] for name in EXPENSE_FIELDS))
                for place in range(EXPENSE_ROWS)
                if data[f"e{place}-amount"]
            ],
            **{name: data[name] for name in (*OWN_FIELDS[1:], *HOME_FIELDS) if name in data},
        )


class ApplyForm(FactsForm):
    """新建临时救助申请."""


class CorrectForm(FactsForm):
    """更正: the kind stays, another kind is another application."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    kind = None  # type: ignore[assignment]

    def __init__(self, *args: Any, case: TemporaryApplication, **kwargs: Any):
        members = list(case.members.select_related("person"))
        initial = {name: getattr(case, name) for name in ("version", "kind", *OWN_FIELDS[1:], *HOME_FIELDS)}
        for one in members:
            initial[f"m{one.person_id}-affected"] = one.affected
            initial[f"m{one.person_id}-income"] = one.income
        for place, row in enumerate(case.expenses.all()[:EXPENSE_ROWS]):
            for name in EXPENSE_FIELDS:
                initial[f"e{place}-{name}"] = getattr(row, name)
        people = [(one.person, one.get_relation_display()) for one in members]
        super().__init__(*args, people=people, initial=initial, **kwargs)
        if case.kind != Kind.EMERGENCY:
            del self.fields["severity"]


class DocumentForm(forms.Form):
    """The bureau's transfer: its date and document number."""

    document_number = forms.CharField(label="拨付文号", max_length=60)
    on = forms.DateField(label="拨付日期", widget=DayInput)

    def clean_on(self) -> date:
        if self.cleaned_data["on"] > today():
            raise forms.ValidationError("拨付日期不能晚于今天。")
        return self.cleaned_data["on"]


class AllotForm(DocumentForm):
    """年度下拨."""


class TopUpForm(DocumentForm):
    """追加拨付."""

    amount = MoneyFormField(label="追加金额（元）")
    note = forms.CharField(label="摘要", max_length=200, required=False)
    field_order = ["amount", "document_number", "on", "note"]


class TakeBackForm(forms.Form):
    """追回先行救助."""

    on = forms.DateField(label="追回日期", widget=DayInput)
    note = forms.CharField(label="摘要", max_length=200, required=False)

    def clean_on(self) -> date:
        if self.cleaned_data["on"] > today():
            raise forms.ValidationError("追回日期不能晚于今天。")
        return self.cleaned_data["on"]
