"""The pages of entitlements: what a caseworker, an officer and a leader see and do."""

from datetime import date

import pytest
from django.urls import reverse
from tablib import Dataset

from benefits import services
from benefits.admin import StandardResource
from benefits.models import Entitlement, Hold, Standard, StandardChange
from core.jobs import run_job_inline
from tests import factories
from tests.benefits.test_entitlements import facts_of, granted
from tests.benefits.test_standard_change import new_standard, taken_over

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_user(client):
    def login(role="bureau_officer", **more):
        account = factories.user(role, **more)
        client.force_login(account)
        return account

    return login


def text(response):
    return response.content.decode()


def test_the_register_shows_own_area_live_ones_and_sums(client, as_user):
    mine, gone = granted(factories.household(members=2)), granted()
    foreign = granted(factories.household(division=factories.OTHER_VILLAGE))
    services.end_entitlement(gone, date(2020, 3, 1), "death", "", None)
    as_user("township_clerk")
    page = text(client.get(reverse("benefits:entitlements")))
    assert mine.person.name in page and "800.00" in page
    assert gone.person.name not in page and foreign.person.name not in page
    ended = text(client.get(reverse("benefits:entitlements"), {"state": "ended"}))
    assert gone.person.name in ended and mine.person.name not in ended
    assert client.get(foreign.get_absolute_url()).status_code == 404
    assert mine.person.id_number not in page


@pytest.mark.parametrize(
    "query",
    [{"q": "王"}, {"review": "soon"}, {"review": "late"}, {"state": "held"}, {"state": "void"}, {"care_class": "B"},
     {"programme": "dibao_rural"}, {"division": factories.TOWNSHIP}, {"source": "taken_over"}, {"end_reason": "tax"}],
)  # fmt: skip
def test_every_filter_of_the_register_answers(client, as_user, query):
    granted()
    as_user()
    assert client.get(reverse("benefits:entitlements"), query).status_code == 200


def test_the_page_explains_the_amount_and_its_history(client, as_user):
    home = factories.household(members=1)
    old = granted(home)
    new = services.change_entitlement(
        old,
        services.record_assessment(facts_of(home, 300, "2020-06"), household=home),
        date(2020, 7, 1),
        "务工收入增加",
        None,
    )
    as_user("township_clerk")
    page = text(client.get(new.get_absolute_url()))
    for words in (
        "500 × 1 − 300",
        "第十二条",
        "按当时的事实和标准重算，金额一致",
        "务工收入增加",
        "2020-01",
        "2020-06",
    ):
        assert words in page, words
    assert "旧台账" in text(client.get(taken_over(factories.household()).get_absolute_url()))


def test_holding_and_lifting_on_the_page(client, as_user):
    row = granted()
    as_user("township_clerk")
    assert client.get(reverse("benefits:hold", args=[row.pk])).status_code == 403
    as_user("bureau_officer")
    answer = client.post(
        reverse("benefits:hold", args=[row.pk]), {"first_month": "2020-03", "reason": "", "confirmed": "1"}
    )
    assert answer.status_code == 422
    client.post(
        reverse("benefits:hold", args=[row.pk]),
        {"first_month": "2020-03", "reason": "疑点核查", "confirmed": "1"},
    )
    hold = Hold.objects.get()
    assert "疑点核查" in text(client.get(row.get_absolute_url()))
    assert row.person.name in text(client.get(reverse("benefits:holds")))
    client.post(reverse("benefits:lift_hold", args=[hold.pk]), {"reason": "查实无误", "confirmed": "1"})
    hold.refresh_from_db()
    assert hold.lifted_at is not None
    assert "查实无误" in text(client.get(row.get_absolute_url()))


def test_a_standard_change_by_clicks_of_two_officers(client, as_user):
    row, old = granted(), taken_over(factories.household())
    standard = new_standard()
    as_user("bureau_officer")
    form = text(client.get(reverse("benefits:propose"), {"standard": standard.pk}))
    assert "550.00 元" in form
    client.post(reverse("benefits:propose"), {"standard": standard.pk, "from_month": "", "confirmed": "1"})
    change = StandardChange.objects.get()
    assert client.get(change.get_absolute_url()).status_code == 200
    run_job_inline(change.job)
    page = text(client.get(change.get_absolute_url()))
    assert row.person.name in page and "您是提出人" in page and "每月影响" in page
    line = change.lines.get(entitlement=old)
    client.post(
        reverse("benefits:decide_line", args=[line.pk]),
        {"amount": "350", "note": "入户核实", "confirmed": "1"},
    )
    refused = client.post(reverse("benefits:approve_change", args=[change.pk]), {"confirmed": "1"})
    assert refused.status_code == 403 and not row.successors.exists()
    as_user("leader")
    client.post(reverse("benefits:approve_change", args=[change.pk]), {"opinion": "同意", "confirmed": "1"})
    assert row.successors.get().monthly_amount > row.monthly_amount
    assert old.successors.get().monthly_amount == 350
    for name in ("standard_changes", "entitlements", "holds"):
        assert client.get(reverse(f"benefits:{name}")).status_code == 200


def test_a_new_standard_in_the_admin_leads_to_the_change_and_alters_nothing(client, as_user):
    row = granted()
    as_user("bureau_officer")
    answer = client.post(
        reverse("admin:benefits_standard_add"),
        {
            "programme": "dibao_urban", "division": factories.DISTRICT, "category": "", "amount": "560",
            "effective_from": "2099-01", "source": "区政府文件",
        },
        follow=True,
    )  # fmt: skip
    standard = Standard.objects.get(amount=560)
    assert f"{reverse('benefits:propose')}?standard={standard.pk}" in text(answer)
    row.refresh_from_db()
    assert row.last_month is None and Entitlement.objects.count() == 1
    in_force = Standard.objects.get(programme="dibao_urban", amount=500)
    page = text(client.get(reverse("admin:benefits_standard_change", args=[in_force.pk])))
    assert 'name="amount"' not in page, "a standard in force is never overwritten"


@pytest.mark.parametrize(
    "model", ["programme", "standard", "parameter", "entitlement", "hold", "assessment", "standardchange"]
)
def test_admin_lists_open_for_the_officer_and_the_auditor(client, as_user, model):
    granted()
    for role in ("bureau_officer", "auditor"):
        as_user(role)
        assert client.get(reverse(f"admin:benefits_{model}_changelist"), {"q": "王"}).status_code == 200


def test_importing_standards_adds_new_ones_and_never_overwrites_what_is_in_force():
    officer, other = factories.user("bureau_officer"), factories.user("bureau_officer", lines=["elderly"])
    head = ["项目代码", "区划代码", "类别", "标准", "施行月份", "依据文件"]

    def take(user, *row):
        return StandardResource(user=user).import_data(Dataset(row, headers=head))

    taken = take(officer, "dibao_urban", factories.DISTRICT, "", "580", "2099-07", "区政府文件")
    assert not [error.error for row in taken.rows for error in row.errors] + taken.base_errors
    assert Standard.objects.get(amount=580).effective_from == date(2099, 7, 1)
    for user, month in ((officer, "2019-01"), (other, "2098-01")):
        refused = take(user, "dibao_urban", factories.DISTRICT, "", "1", month, "改")
        assert refused.has_errors() or refused.has_validation_errors()
    assert not Standard.objects.filter(amount=1).exists()
