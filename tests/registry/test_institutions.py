"""Care homes in the registry: a checked code, one account at a time, kept by the bureau's officers."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.errors import Conflict, NotAllowed, UserError
from registry import services
from registry.models import Institution, PayeeAccount
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return factories.user("bureau_officer")


def facts(**more):
    return {"name": "罗市镇敬老院", "division": factories.OTHER_TOWNSHIP, **more}


def test_a_code_is_repaired_where_nothing_is_lost_and_refused_where_its_check_character_is_wrong(officer):
    code = factories.credit_code()
    made = services.register_institution(f" {code[:8]}-{code[8:].lower()}", actor=officer, **facts())
    assert made.code == code
    with pytest.raises(UserError, match="已登记"):
        services.register_institution(code, actor=officer, **facts())
    wrong = factories.credit_code()
    wrong = wrong[:-1] + ("1" if wrong[-1] != "1" else "2")
    with pytest.raises(UserError, match="校验位") as refused:
        services.register_institution(wrong, actor=officer, **facts())
    assert refused.value.field == "code"


def test_a_new_account_of_a_home_ends_the_old_and_the_history_tells_who(officer):
    home = factories.institution()
    old = home.accounts.get()
    with pytest.raises(UserError):
        services.new_account(home, "12", "工商银行", officer)
    new = services.new_account(home, factories.account_number(), "工商银行", officer)
    old.refresh_from_db()
    assert (old.until, new.holder_name, new.owner) == (timezone.localdate(), home.name, home)
    assert old.history.get().pgh_context.metadata["user"] == officer.pk


def test_the_database_holds_one_owner_and_one_account_at_a_time():
    home, person = factories.institution(), factories.person()
    facts = {
        "bank": "农业银行",
        "number": factories.account_number(),
        "holder_name": "某",
        "since": "2020-01-01",
    }
    for owners in ({}, {"institution": home, "person": person}, {"institution": home}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PayeeAccount.objects.create(**owners, **facts)


def test_only_officers_of_relief_keep_the_list_and_everybody_who_pays_or_places_reads_it(client, officer):
    home = factories.institution(division_id=factories.OTHER_TOWNSHIP)
    for user in (
        factories.user(),
        factories.user("finance"),
        factories.user("bureau_officer", lines=["orgs"]),
    ):
        with pytest.raises(NotAllowed):
            services.correct_institution(home, {"name": "另一个名字"}, user)
        client.force_login(user)
        assert home.name in client.get(reverse("registry:institutions")).content.decode()
        assert client.get(reverse("registry:institution_new")).status_code == 403
    number = home.accounts.get().number
    assert number not in client.get(home.get_absolute_url()).content.decode()
    clerk = factories.user()
    assert not PayeeAccount.objects.visible_to(clerk).filter(institution=home).exists()
    assert PayeeAccount.objects.visible_to(officer).filter(institution=home).exists()
    assert not PayeeAccount.objects.visible_to(factories.user("sysadmin")).exists()


def test_the_pages_register_correct_and_change_the_account(client, officer):
    client.force_login(officer)
    typed = {
        "code": factories.credit_code(), "name": "向阳护理院", "kind": "care_home", "division": factories.TOWNSHIP,
        "since": "2020-01-01", "bank": "农业银行", "number": "12",
    }  # fmt: skip
    refused = client.post(reverse("registry:institution_new"), typed)
    assert refused.status_code == 422 and "向阳护理院" in refused.content.decode()
    assert not Institution.objects.exists()
    typed["number"] = factories.account_number()
    client.post(reverse("registry:institution_new"), typed)
    home = Institution.objects.get()
    assert home.accounts.get().number == typed["number"]
    facts = {**typed, "name": "向阳养老护理院", "version": home.version, "until": ""}
    client.post(reverse("registry:institution_correct", args=[home.pk]), facts)
    home.refresh_from_db()
    assert home.name == "向阳养老护理院"
    with pytest.raises(Conflict):
        services.correct_institution(home, {"name": "向阳"}, officer, version=1)
    account = {"bank": "工商银行", "number": factories.account_number(), "since": timezone.localdate()}
    client.post(reverse("registry:institution_account", args=[home.pk]), account)
    assert home.accounts.get(until=None).bank == "工商银行"
    assert "工商银行" in client.get(home.get_absolute_url()).content.decode()
