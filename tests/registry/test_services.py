"""Keeping the registry: facts end and begin, nobody overwrites another, and nobody writes outside their area."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import Conflict, NotAllowed, UserError
from registry import services
from registry.models import Membership, Person, Relation
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def clerk():
    return factories.user("township_clerk")


def test_a_household_is_registered_with_head_account_and_number(clerk):
    data = {
        "number": "",
        "division": factories.VILLAGE,
        "id_number": factories.id_number(),
        "name": "罗 建设",
        "hukou_kind": "urban",
        "address": "城南路 1 号",
        "phone": "",
        "monthly_income": None,
        "bank": "农业银行",
        "account": factories.account_number(),
    }
    home = services.register_household_with_head(data, clerk)
    head = home.memberships.get().person
    assert (head.name, head.initials, head.pinyin) == ("罗建设", "ljs", "luojianshe")
    assert home.number == f"{factories.TOWNSHIP}000001"
    assert head.accounts.get().holder_name == "罗建设"
    data |= {"id_number": factories.id_number(), "name": "王五", "account": "123"}
    with pytest.raises(UserError) as caught:
        services.register_household_with_head(data, clerk)
    assert caught.value.field == "account"
    assert Person.objects.count() == 1, "half a registration must not stay"


def test_nobody_registers_outside_their_township(clerk):
    with pytest.raises(NotAllowed):
        services.register_person(factories.id_number(), "王五", factories.OTHER_VILLAGE, clerk)
    with pytest.raises(NotAllowed):
        services.register_person(factories.id_number(), "王五", factories.VILLAGE, factories.user("finance"))


def test_the_second_of_two_corrections_sees_what_the_first_changed(clerk):
    person = factories.person(phone="13800000001")
    services.correct_person(person, {"phone": "13800000002"}, clerk, version=1)
    with pytest.raises(Conflict) as caught:
        services.correct_person(person, {"address": "别处"}, clerk, version=1)
    (line,) = caught.value.changes
    assert clerk.full_name in line and "联系电话" in line
    person.refresh_from_db()
    assert (person.address, person.version) == ("", 2)


def test_a_corrected_id_number_carries_birth_date_and_sex(clerk):
    person = factories.person()
    services.correct_person(person, {"id_number": factories.id_number(date(1955, 3, 4), "F")}, clerk)
    person.refresh_from_db()
    assert (person.birth_date, person.sex) == (date(1955, 3, 4), "F")


def test_a_member_moves_between_households_without_a_gap(clerk):
    old, new = factories.household(members=2), factories.household()
    services.join(new, old.people[1], Relation.PARENT, TODAY, clerk)
    first, second = old.people[1].memberships.order_by("since")
    assert (first.until, second.since, second.household) == (TODAY, TODAY, new)


def test_a_head_who_dies_hands_the_household_on(clerk):
    home = factories.household(members=2)
    head, wife = home.people
    with pytest.raises(UserError) as caught:
        services.record_death(head, TODAY, clerk)
    assert caught.value.field == "new_head"
    services.record_death(head, TODAY - timedelta(days=3), clerk, home.memberships.get(person=wife))
    current = home.memberships.get(until=None)
    assert (current.person, current.relation) == (wife, "head")
    assert home.memberships.get(person=head).until == TODAY - timedelta(days=2)


def test_a_new_head_takes_over_from_the_old(clerk):
    home = factories.household(members=2)
    wife = home.memberships.get(person=home.people[1])
    services.change_relation(wife, "head", TODAY, clerk, old_head_is="spouse")
    now = dict(home.memberships.filter(until=None).values_list("person_id", "relation"))
    assert now == {home.people[1].pk: "head", home.head.pk: "spouse"}


def test_a_new_account_ends_the_old_and_history_tells_who(clerk):
    home = factories.household()
    services.new_account(home.head, factories.account_number(), "工商银行", clerk)
    old = home.head.accounts.order_by("id").first()
    assert old.until == TODAY
    assert old.history.get().pgh_context.metadata["user"] == clerk.pk


def test_a_certificate_belongs_to_its_holder(clerk):
    person = factories.person()
    assert services.add_certificate(person, f"{person.id_number}42", clerk).grade == 2
    with pytest.raises(UserError):
        services.add_certificate(person, f"{factories.id_number()}42", clerk)


def test_the_database_refuses_two_households_at_a_time_and_a_wrong_birth_date():
    home, other = factories.household(), factories.household()
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(household=other, person=home.head, relation="other", since=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=home.head.pk).update(birth_date=date(1900, 1, 1))
