"""Columns that every list uses: one way to show money, a month, a state, a masked number. Exports get the raw value."""

from collections.abc import Collection

import django_tables2 as tables
from django.utils.html import format_html

from core import tones
from core.filters import mask
from core.months import format_month
from core.templatetags import ui

UNKNOWN = format_html('<span class="unknown">{}</span>', "—")


def _attrs(css: str, drop: bool) -> dict:
    css = f"{css} drop".strip() if drop else css
    return {"th": {"class": css}, "td": {"class": css}} if css else {}


class TextColumn(tables.Column):
    """Plain text. `drop=True`: left out on tablets (numbers first, then dates; never name, amount or next step)."""

    css = ""
    empty_values = ()

    def __init__(self, *args, drop: bool = False, **kwargs):
        kwargs.setdefault("attrs", _attrs(self.css, drop))
        super().__init__(*args, **kwargs)

    def render(self, value):
        return UNKNOWN if value in (None, "") else value

    def value(self, value):
        return value


class NameColumn(TextColumn):
    """The row's name and link. `url=lambda record: …`, default `record.get_absolute_url()`."""

    def __init__(self, *args, url=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.url = url

    def render(self, value, record):
        address = self.url(record) if self.url else record.get_absolute_url()
        return format_html('<a class="name" href="{}">{}</a>', address, value or "（未填）")


class LinkColumn(TextColumn):
    """A link to something else than the row itself; `url=lambda record: …` may give an empty text for no link."""

    def __init__(self, *args, url, **kwargs):
        super().__init__(*args, **kwargs)
        self.url = url

    def render(self, value, record):
        if value in (None, ""):
            return UNKNOWN
        address = self.url(record)
        return format_html('<a href="{}">{}</a>', address, value) if address else value


class MoneyColumn(TextColumn):
    """Yuan; the unit stands in the head, once."""

    css = "money"

    def render(self, value):
        return ui.money(value)


class NumberColumn(TextColumn):
    css = "num"

    def render(self, value):
        return ui.number(value)


class MonthColumn(TextColumn):
    css = "nowrap"

    def render(self, value):
        return format_month(value) or UNKNOWN

    def value(self, value):
        return format_month(value)


class DayColumn(TextColumn):
    """A day or a moment."""

    css = "nowrap"

    def render(self, value):
        return ui.day(value) if value else UNKNOWN

    def value(self, value):
        return ui.day_full(value) if value else ""


class TagColumn(TextColumn):
    """A state with its tone. `plain={"success"}`: states that are ordinary success and stand as plain green text."""

    def __init__(self, *args, plain: Collection[str] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.plain = plain

    def _label(self, record, bound_column, value):
        display = getattr(record, f"get_{bound_column.accessor}_display", None)
        return display() if display else getattr(value, "label", value)

    def render(self, value, record, bound_column):
        if value in (None, ""):
            return UNKNOWN
        label = self._label(record, bound_column, value)
        # django-tables2 hands over the label of a choice, not the choice.
        state = getattr(record, str(bound_column.accessor), value)
        if state in self.plain:
            return format_html('<span class="ok">{}</span>', label)
        return ui.tag(label, tone=tones.tone_of(getattr(state, "value", state), label))

    def value(self, value, record, bound_column):
        return self._label(record, bound_column, value)


class MaskedColumn(TextColumn):
    """An ID, account or phone number; masked in the list and in its export."""

    css = "idnum"

    def render(self, value):
        return mask(value) if value else UNKNOWN

    def value(self, value):
        return mask(value)


class Table(tables.Table):
    """Base of every list's table. `persons`, `amount`: names of what the bulk bar adds up for the ticked rows."""

    persons = ""
    amount = ""

    class Meta:
        orderable = True
