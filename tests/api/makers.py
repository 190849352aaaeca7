"""One household with something at every endpoint."""

from types import SimpleNamespace

from django.utils import timezone

from casework.models import Case, CaseEvent
from registry.models import DisabilityCertificate
from tests import factories
from tests.payouts import makers


def case(home, clerk, number):
    """A case of the household that its clerk has opened."""
    found = Case.objects.create(
        number=number,
        flow="dibao",
        line="relief",
        person=home.head,
        household=home,
        division_id=home.division_id,
        stage="visit",
        stage_since=timezone.localdate(),
        opened_by=clerk,
    )
    CaseEvent.objects.create(case=found, actor=clerk, action="open", label="登记", to_stage="visit")
    return found


def neighbourhood(township, village, name):
    """A household with everything that hangs on it: entitlement, case, the month's run and payment."""
    clerk = factories.user("township_clerk", township)
    head = factories.person(village, name=name, phone="13973912345", monthly_income=300)
    home = factories.household(members=2, head=head)
    number = f"{head.id_number}31"
    DisabilityCertificate.objects.create(
        person=head, number=number, kind="visual", grade=1, since=factories.LONG_AGO
    )
    held = makers.entitlement(512, home=home, members=2)
    run = makers.build(division=factories.division(township))
    rows = {
        "person": head,
        "household": home,
        "case": case(home, clerk, f"DB-{township}"),
        "entitlement": held,
        "run": run,
        "payment": run.payments.get(),
    }
    return SimpleNamespace(
        name=name,
        clerk=clerk,
        rows=rows,
        secrets=[
            *(one.id_number for one in home.people),
            head.accounts.get().number,
            head.phone,
            number,
        ],
    )
