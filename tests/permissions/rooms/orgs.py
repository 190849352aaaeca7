"""社会组织 in the walked world: a registered body, one applied for, an inspection, a measure to decide."""

from datetime import date
from typing import Any

from orgs import inspection, services
from orgs.models import OrgApplication
from tests.orgs import stories

PHONE = "13907391357"
DAY = date(2020, 6, 1)


def build(world: dict[str, Any]) -> dict[str, Any]:
    """Keys of the room's objects, by the words of its table."""
    maker, checker = stories.officer("谢经办"), stories.officer("周复核")
    body = stories.established(maker, checker, DAY, phone=PHONE)
    case = services.open_establish(maker, stories.facts(name_field="书法"), on=DAY)
    campaign = inspection.open_campaign(2020, maker, date(2021, 1, 15))
    measure = inspection.propose_measure(body, "exception", "失去联系", maker, date(2021, 7, 1))
    return {
        "organisation": body.pk,
        "orgcode": body.credit_code,
        "orgapplication": case.pk,
        "orgcertificate": body.certificates.get().pk,
        "inspectioncampaign": campaign.pk,
        "inspectionreport": campaign.reports.get().pk,
        "measure": measure.pk,
        "org_numbers": tuple(OrgApplication.objects.values_list("number", flat=True)),
        "org_ids": (body.representative_id, case.representative_id),
    }


def SECRETS(user: Any, world: dict[str, Any]) -> tuple[str, ...]:
    """Identity numbers and telephones are on no page, for nobody; acts are for the line and those who see all lines."""
    hidden = (*world["org_ids"], PHONE)
    if user is None or user.role in ("sysadmin", "registrar", "township_clerk", "township_leader"):
        return (*hidden, *world["org_numbers"])
    if user.role == "bureau_officer" and "orgs" not in user.lines:
        return (*hidden, *world["org_numbers"])
    return hidden
