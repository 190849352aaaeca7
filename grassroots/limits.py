"""The numbers of election law in force on a day, from the bureau's dated parameters (`grassroots.<name>`)."""

from dataclasses import fields
from datetime import date

from benefits.models import Parameter
from benefits.policy import thaw
from grassroots.rules import Limits

PREFIX = "grassroots."


def limits_on(day: date) -> Limits:
    """The limits in force that day; one query. A parameter that nobody kept has its shipped value."""
    found = Parameter.objects.filter(
        programme=None, key__startswith=PREFIX, effective_from__lte=day
    ).order_by("effective_from")
    values = {key.removeprefix(PREFIX): thaw(value) for key, value in found.values_list("key", "value")}
    known = {one.name for one in fields(Limits)}
    return Limits(**{name: value for name, value in values.items() if name in known})
