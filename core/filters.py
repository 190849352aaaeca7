"""Masks and filter fields that every list uses."""

import django_filters
from django import forms

from core.errors import UserError
from core.months import format_month, parse_month


def mask(value: str | None) -> str:
    """`4305**********1234`; phones keep 3 and 4; short numbers keep only their last two characters."""
    text = str(value or "")
    if len(text) >= 12:
        return f"{text[:4]}{'*' * (len(text) - 8)}{text[-4:]}"
    if len(text) >= 9:
        return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"
    return "*" * max(len(text) - 2, 0) + text[-2:]


class MonthInput(forms.TextInput):
    """A month as `2020-12`, typed; every writing that `parse_month` reads is taken."""

    def __init__(self, attrs=None):
        super().__init__(
            {"placeholder": "年-月", "data-month": "", "maxlength": 8, "autocomplete": "off", **(attrs or {})}
        )

    def format_value(self, value):
        return value if isinstance(value, str) or value is None else format_month(value)


class MonthFormField(forms.CharField):
    """A form field whose value is the first day of a month."""

    widget = MonthInput

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if not isinstance(value, str):
            return value
        try:
            return parse_month(value)
        except UserError as error:
            raise forms.ValidationError(error.message) from error


class DayInput(forms.DateInput):
    """A day, with the browser's calendar."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class MoneyInput(forms.TextInput):
    """An amount in yuan: right-aligned, decimal keypad on tablets."""

    def __init__(self, attrs=None):
        super().__init__({"class": "money", "inputmode": "decimal", "autocomplete": "off", **(attrs or {})})


class MoneyFormField(forms.DecimalField):
    """Yuan with two places; takes 1,286.50 and full-width digits, refuses words with a reason."""

    widget = MoneyInput

    def __init__(self, **kwargs):
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("min_value", 0)
        super().__init__(**kwargs)
        self.error_messages["invalid"] = "请填数字，例如 980.00；没有请填 0。"
        for check in self.validators:
            if check.__class__.__name__ == "MinValueValidator":
                check.message = "不能为负数。没有请填 0。"

    def to_python(self, value):
        if isinstance(value, str):
            value = value.replace(",", "").replace("，", "").replace("元", "").strip()
        return super().to_python(value)


class MonthFilter(django_filters.Filter):
    """`?month=2020-12`."""

    field_class = MonthFormField


class AnyChoiceFilter(django_filters.ChoiceFilter):
    """A choice whose empty entry says 全部."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("empty_label", "全部")
        super().__init__(*args, **kwargs)


class FilterSet(django_filters.FilterSet):
    """Base of every list's filters. `more = [...]` names the fields that stand behind 更多条件."""

    more: tuple[str, ...] = ()

    def visible_fields(self):
        return [field for field in self.form if field.name not in self.more]

    def more_fields(self):
        return [field for field in self.form if field.name in self.more]
