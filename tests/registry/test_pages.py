"""The pages of persons and households, as clerks use them."""

from datetime import date

import pytest
from django.urls import reverse

from registry.models import Person
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client):
    user = factories.user()
    client.force_login(user)
    return user


def test_a_persons_page_masks_numbers_and_shows_the_household(client, clerk):
    home = factories.household(members=3)
    body = client.get(home.head.get_absolute_url()).content.decode()
    assert home.head.id_number not in body
    assert home.number in body and home.people[1].name in body


def test_foreign_persons_and_households_do_not_exist(client, clerk):
    home = factories.household(division=factories.OTHER_VILLAGE)
    for url in (home.get_absolute_url(), home.head.get_absolute_url()):
        assert client.get(url).status_code == 404
    for verb in ("person_correct", "account_new", "certificate_new", "death"):
        assert client.get(reverse(f"registry:{verb}", args=[home.head.pk])).status_code == 404


def test_lists_filter_and_stay_inside_the_area(client, clerk):
    factories.household(members=2)
    factories.person(name="远方人", division=factories.OTHER_VILLAGE)
    for url in (
        reverse("registry:persons"),
        reverse("registry:persons") + f"?division={factories.VILLAGE}&alive=yes&certificate=no&sex=M",
        reverse("registry:persons") + "?q=zsf",
        reverse("registry:households") + "?q=王",
        reverse("registry:households"),
    ):
        answer = client.get(url)
        assert answer.status_code == 200
        assert "远方人" not in answer.content.decode()


def test_registering_by_the_form_leads_to_the_household(client, clerk):
    form = {"division": factories.VILLAGE, "id_number": factories.id_number(), "name": "罗建设"}
    answer = client.post(reverse("registry:household_new"), {**form, "id_number": "430503196005140011"})
    assert answer.status_code == 422 and "校验位" in answer.content.decode()
    answer = client.post(reverse("registry:household_new"), form)
    home = Person.objects.get(name="罗建设").memberships.get().household
    assert answer.url == home.get_absolute_url()
    assert client.get(answer.url).status_code == 200
    member = {
        "id_number": factories.id_number(sex="F"),
        "name": "周秀英",
        "relation": "spouse",
        "since": "2026-01-05",
    }
    assert client.post(reverse("registry:member_new", args=[home.pk]), member).status_code == 302
    assert home.memberships.count() == 2


def test_a_correction_on_an_old_page_is_shown_what_changed(client, clerk):
    person = factories.person()
    url = reverse("registry:person_correct", args=[person.pk])
    form = {
        "version": 1,
        "name": person.name,
        "division": person.division_id,
        "phone": "13900000001",
        "reason": "本人来电",
    }
    assert person.id_number not in client.get(url).content.decode()
    assert client.post(url, form).status_code == 302
    person.refresh_from_db()
    assert (person.phone, person.birth_date) == ("13900000001", date(1970, 1, 1))
    second = client.post(url, {**form, "phone": "13900000002"})
    assert second.status_code == 409
    assert "联系电话" in second.content.decode()


def test_readers_see_and_do_not_write(client):
    home = factories.household()
    client.force_login(factories.user("auditor"))
    assert client.get(home.head.get_absolute_url()).status_code == 200
    assert client.get(reverse("registry:person_correct", args=[home.head.pk])).status_code == 403
    client.force_login(factories.user("sysadmin"))
    assert client.get(home.head.get_absolute_url()).status_code == 403


def test_the_back_office_lists_the_registry_inside_the_area_with_masked_numbers(client):
    home = factories.household()
    client.force_login(factories.user("bureau_officer"))
    for name in ("person", "household", "importbatch"):
        body = client.get(reverse(f"admin:registry_{name}_changelist")).content.decode()
        assert home.head.id_number not in body
    page = client.get(reverse("admin:registry_person_change", args=[home.head.pk]))
    assert page.status_code == 200
    assert home.head.accounts.get().number not in page.content.decode()
    assert home.head.id_number not in page.content.decode()
    found = client.get(reverse("admin:registry_person_changelist"), {"q": home.head.name})
    assert home.head.name in found.content.decode()
