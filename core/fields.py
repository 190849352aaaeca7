"""Model fields that every room uses."""

from django.db import models

from core import months
from core.errors import UserError


class MonthField(models.DateField):
    """A month, kept as the date of its first day; takes `2020-12` too."""

    def to_python(self, value):
        if isinstance(value, str) and value:
            try:
                return months.parse_month(value[:7])
            except UserError as error:
                from django.core.exceptions import ValidationError

                raise ValidationError(error.message) from error
        value = super().to_python(value)
        return value and value.replace(day=1)

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return value and value.replace(day=1)


class MoneyField(models.DecimalField):
    """Yuan, two places."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)


class MonthSpan(models.Func):
    """The range of months from `first` to `last` (both included, open when `last` is null), for exclusions."""

    function = "daterange"
    template = "%(function)s(%(expressions)s, '[]')"
