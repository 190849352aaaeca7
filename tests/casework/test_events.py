"""What happened to a case is written once; the database holds that against everybody."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from casework.models import CaseEvent
from tests import factories
from tests.relief import stories

pytestmark = pytest.mark.django_db(transaction=True)

ACTS = [
    "UPDATE casework_caseevent SET opinion = '另一种意见'",
    "UPDATE casework_caseevent SET changes = '[]', opinion = ''",
    "UPDATE casework_caseevent SET actor_id = NULL",
    "UPDATE casework_caseevent SET at = at - interval '1 day'",
    "UPDATE casework_caseevent SET recorded_at = now()",
    "DELETE FROM casework_caseevent",
]


@pytest.fixture
def events():
    stories.apply(factories.household(income=200), factories.user())
    return list(CaseEvent.objects.values().order_by("pk"))


@pytest.mark.parametrize("statement", ACTS)
def test_the_database_refuses_to_change_or_delete_what_happened(events, statement):
    assert events
    with (
        pytest.raises(IntegrityError, match="办理记录"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert list(CaseEvent.objects.values().order_by("pk")) == events


def test_its_words_are_completed_in_the_transaction_that_made_it_and_nothing_else_is(events):
    case = CaseEvent.objects.first().case
    with transaction.atomic():
        event = CaseEvent.objects.create(case=case, action="note", label="说明", at=timezone.now())
        with transaction.atomic():  # a savepoint is the same transaction
            CaseEvent.objects.filter(pk=event.pk).update(changes=[["住址", "甲", "乙"]])
        event.opinion = "已核"
        event.save(update_fields=["opinion"])
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseEvent.objects.filter(pk=event.pk).update(actor=factories.user())
    event.refresh_from_db()
    assert (event.opinion, event.changes) == ("已核", [["住址", "甲", "乙"]])
    with pytest.raises(IntegrityError), transaction.atomic():
        event.save(update_fields=["opinion"])
