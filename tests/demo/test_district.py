"""A tiny demo district, made once: every amount is the formula's, every figure comes from paid rows."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from benefits.assessing import assess
from benefits.models import Entitlement
from core.errors import UserError
from demo.accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from demo.plan import REPORT_2020
from district.models import Role, User
from payouts.models import Payment, Run, RunKind, RunState, Transfer
from rechecks.models import Lead, LeadState
from registry.models import Person
from relief.dibao.models import DibaoApplication
from reports.figures import figures
from tests.demo import SCALE, tiny_district


@pytest.fixture(scope="module")
def district(django_db_setup, django_db_blocker):
    """The demo district at a hundredth of its size, for the tests of this file alone."""
    from django.conf import settings
    from django.db import connections

    from tests import databases
    from tests.conftest import DATABASE

    with django_db_blocker.unblock():
        # Outside pytest-django's fixtures, which take the real hasher away only within a test.
        assert "MD5" in settings.PASSWORD_HASHERS[0]
        tiny_district(DATABASE)
        yield
        connections.close_all()
        databases.clone(DATABASE)


@pytest.fixture(autouse=True)
def _open(district, django_db_blocker):
    with django_db_blocker.unblock():
        yield


def test_every_entitlement_is_assessed_again_from_its_frozen_facts_and_gets_its_amount():
    kept = Entitlement.objects.exclude(source="taken_over")  # an old ledger's decision has no facts
    rows = list(kept.select_related("assessment").prefetch_related("members"))
    assert len(rows) > 50
    for row in rows:
        answer = assess(row.assessment.facts)
        assert Decimal(answer["monthly_amount"]) == row.monthly_amount == row.assessment.monthly_amount
        assert answer["first_month"] == f"{row.first_month:%Y-%m}"
        assert answer["persons"] == row.persons == len(row.members.all())


def test_the_year_s_figures_are_the_scaled_report_s():
    found = figures(2020)
    for report in REPORT_2020:
        target = report.scaled(SCALE)
        code = target.programme
        for key in ("new_households", "new_persons", "ended_households", "ended_persons"):
            assert found[f"{code}.{key}"] == getattr(target, key)
        for key in ("household_months", "person_months"):
            assert 0 <= getattr(target, key) - found[f"{code}.{key}"] < 12
        # Without a household paid in one month alone a dozen yuan can't be placed.
        assert abs(Decimal(found[f"{code}.amount"]) - target.amount) < 12


def test_the_twelve_months_are_closed_by_different_people_and_nothing_is_outstanding():
    runs = Run.objects.filter(kind=RunKind.MONTHLY, programme__in=[one.programme for one in REPORT_2020])
    assert runs.count() == 24
    for run in Run.objects.all():
        assert run.state == RunState.CLOSED
        assert len({run.maker_id, run.reviewer_id, run.approver_id}) == 3
    assert not Transfer.objects.filter(state__in=["planned", "outstanding"]).exists()
    assert not Payment.objects.exclude(kind__in=["regular", "one_off"]).exists()


def test_some_transfers_failed_and_each_was_paid_by_a_reissue_to_a_new_account():
    failed = Transfer.objects.filter(state="failed")
    assert failed.count() >= 12
    for transfer in failed:
        again = Transfer.objects.get(
            origin_run=transfer.origin_run, beneficiary_id=transfer.beneficiary_id, attempt=2
        )
        assert again.state == "success" and again.account_number != transfer.account_number


def test_the_months_computed_again_from_frozen_facts_differ_nowhere():
    out = StringIO()
    call_command("replay", "--month", "2020-07", "--json", stdout=out)
    for row in json.loads(out.getvalue()):
        assert row["differences"] == [] and row["without_facts"] == 0
        assert row["paid"] == row["recomputed"]


def test_the_dead_are_recorded_and_paid_no_longer():
    # A void one was never in force: the person had died before its first month.
    ended = Entitlement.objects.filter(end_reason="death", is_void=False)
    for row in ended.select_related("person"):
        assert row.person.death_date is not None
        assert (row.last_month.year, row.last_month.month) == (
            row.person.death_date.year,
            row.person.death_date.month,
        )


def test_some_applications_stand_in_the_system_step_by_step_and_others_are_in_hand():
    told = DibaoApplication.objects.filter(state="granted").exclude(household__leads__state="reached")
    assert told.count() >= 3
    for case in told:
        actors = {event.actor_id for event in case.events.all()}
        assert len(actors) == 3 and case.entitlement.decided_by.action == "grant"
        assert case.entitlement.first_month.year == 2020
        assert case.visits.exists() and case.notices.exists()
    open_ones = DibaoApplication.objects.filter(state="open")
    assert len(set(open_ones.values_list("stage", flat=True))) >= 3
    assert open_ones.filter(due_on__lt=timezone.localdate()).exists()


def test_no_demo_account_is_a_superuser_and_all_roles_are_there():
    users = User.objects.all()
    assert not users.filter(is_superuser=True).exists()
    assert set(users.values_list("role", flat=True)) == set(Role.values)
    assert users.filter(role="township_clerk").count() == 14
    for username, role, _ in DEMO_ACCOUNTS:
        account = users.get(username=username)
        assert account.get_role_display() == role
        assert account.check_password(DEMO_PASSWORD) and not account.must_change_password


def test_it_is_refused_where_people_are_registered_already():
    before = Person.objects.count()
    with pytest.raises(UserError, match="已有居民"):
        call_command("demo_district", scale=SCALE, stderr=StringIO())
    assert Person.objects.count() == before


def test_temporary_grants_make_the_reports_share_and_keep_their_rules():
    from django.db.models import Count, Sum

    from relief.temporary.facts import granted_before
    from relief.temporary.models import Reserve, TemporaryApplication
    from reports.figures import everything

    found = everything(2020)
    assert found["temporary.grants"] == round(5_574 * SCALE)
    assert found["temporary.amount"] == f"{4_920_000 * SCALE:.2f}"
    assert (found["reserve.townships"], found["reserve.allotted"]) == (14, "280000.00")
    granted = TemporaryApplication.objects.filter(decided_on__year=2020, granted_amount__isnull=False)
    sums = granted.order_by().values("household").annotate(total=Sum("granted_amount"))
    assert max(one["total"] for one in sums) <= 20_000
    causes = granted.order_by().values("household", "cause").annotate(count=Count("pk"))
    assert max(one["count"] for one in causes) <= 2
    for case in granted.select_related("household", "decision")[::7]:
        told = Decimal(case.decision.facts["event"]["granted_this_year"])
        assert told <= granted_before(case.household, case.decided_on, except_case=case.pk).amount
        assert assess(case.decision.facts, policies=case.decision.policy)["lines"] == case.decision.lines
    assert all(one.balance == sum(e.amount for e in one.entries.all()) for one in Reserve.objects.all())


def test_help_has_reached_some_whom_the_search_found():
    reached = list(Lead.objects.filter(state=LeadState.REACHED).select_related("entitlement"))
    assert reached
    for one in reached:
        assert one.entitlement.programme_id == one.programme_id
        assert one.entitlement.monthly_amount == one.amount
    assert Lead.objects.filter(state=LeadState.OPEN).exists()
