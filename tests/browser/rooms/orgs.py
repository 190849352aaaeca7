"""Pages of 社会组织 on the demo district's register."""

from typing import Any

from orgs.models import InspectionCampaign, Measure, OrgApplication
from tests.browser.places import Place

MAKER, CHECKER, LEADER = "orgs1", "orgs2", "leader1"
PLACES = [
    Place(MAKER, "core:workbench"),
    Place(MAKER, "orgs:organisations", shot="orgs"),
    Place(MAKER, "orgs:organisation", "org_body", shot="org"),
    Place(MAKER, "orgs:establish"),
    Place(MAKER, "orgs:change", "org_body"),
    Place(MAKER, "orgs:cancel", "org_body"),
    Place(MAKER, "orgs:measure", "org_body"),
    Place(MAKER, "orgs:renew", "org_body"),
    Place(MAKER, "orgs:spoil", "org_certificate"),
    Place(MAKER, "orgs:applications"),
    Place(MAKER, "orgs:application", "org_papers", shot="org-act", tablet_shot="org-act-tablet"),
    Place(MAKER, "orgs:facts", "org_papers"),
    Place(MAKER, "orgs:papers", "org_papers"),
    Place(MAKER, "orgs:application", "org_cancel"),
    Place(MAKER, "orgs:liquidation", "org_cancel"),
    Place(MAKER, "orgs:application", "org_change"),
    Place(CHECKER, "orgs:application", "org_decide"),
    Place(CHECKER, "casework:step", "org_decide|grant"),
    Place(MAKER, "orgs:certificates"),
    Place(MAKER, "orgs:campaigns"),
    Place(MAKER, "orgs:campaign-new"),
    Place(MAKER, "orgs:campaign", "org_campaign", shot="inspection"),
    Place(MAKER, "orgs:report", "org_report"),
    Place(MAKER, "orgs:take", "org_late"),
    Place(MAKER, "orgs:return", "org_report"),
    Place(MAKER, "orgs:propose", "org_report"),
    Place(CHECKER, "orgs:conclude", "org_report"),
    Place(CHECKER, "orgs:decide-measure", "org_measure"),
    Place(LEADER, "orgs:organisation", "org_body"),
    Place(MAKER, "admin:orgs_organisation_changelist"),
    Place("", "orgs:public-list", shot="orgs-public"),
]


def build(staff: Any) -> dict[str, Any]:
    """Objects of the demo's register, by key."""
    acts = OrgApplication.objects.filter(state="open")
    done = OrgApplication.objects.filter(flow="org_establish", state="granted").earliest("pk")
    campaign = InspectionCampaign.objects.latest("year")
    body = done.organisation
    assert body is not None
    return {
        "org_body": body,
        "org_certificate": body.certificates.latest("pk"),
        "org_papers": acts.filter(flow="org_establish", stage="papers").earliest("pk"),
        "org_decide": acts.get(stage="decide"),
        "org_cancel": acts.get(flow="org_cancel"),
        "org_change": acts.get(flow="org_change"),
        "org_campaign": campaign,
        "org_report": campaign.reports.exclude(submitted_on=None).exclude(state="concluded").earliest("pk"),
        "org_late": campaign.reports.filter(state="due").earliest("pk"),
        "org_measure": Measure.objects.filter(state="proposed").earliest("pk"),
    }
