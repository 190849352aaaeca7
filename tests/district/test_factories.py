import pytest

from tests import factories


@pytest.mark.django_db
def test_a_household_has_a_head_a_wife_a_child_and_an_account():
    home = factories.household(members=3, income=620)
    relations = list(home.memberships.order_by("pk").values_list("relation", flat=True))
    assert relations == ["head", "spouse", "son"]
    assert home.head.monthly_income == 620
    assert home.head.accounts.count() == 1


@pytest.mark.django_db
def test_names_numbers_and_accounts_do_not_repeat():
    people = [factories.person() for _ in range(60)]
    assert len({one.id_number for one in people}) == len({one.name for one in people}) == 60
