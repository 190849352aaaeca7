"""The demo's elections: the pilot is done, the other thirteen townships have begun, and all is counted from rows."""

from random import Random

import pytest

from casework.services import today
from core import places, uscc
from demo.accounts import Staff
from demo.grassroots import Grassroots
from demo.names import Numbers
from demo.rooms import District
from grassroots.committees import code_kinds, serving
from grassroots.models import Election, VillageCommittee
from grassroots.results import results_of

pytestmark = pytest.mark.django_db


def test_the_pilot_is_done_and_thirteen_townships_are_launched():
    said: list[str] = []
    room = Grassroots(District(2020, 0.01, Staff.made(), Numbers(Random(1)), Random(2), said.append))
    room.prepare()
    room.finish()
    figures = {one.key: one.value for _, rows in places.figures.of_year(2020) for one in rows}
    assert (figures["elections.villages"], figures["elections.townships_launched"]) == (98, 14)
    assert figures["elections.completed"] == 6
    committees = VillageCommittee.objects.all()
    assert committees.count() == 98
    for one in committees[:10]:
        assert uscc.check_code(one.credit_code or "", code_kinds(one.kind))
        assert serving(one).filter(sex="F").exists() and serving(one).filter(post="chair").count() == 1
    done = Election.objects.filter(stage="done")
    assert all(one.course.open_seats == 0 for election in done for one in results_of(election))
    begun = Election.objects.filter(state="open")
    assert begun.count() == 92 and {"commission", "register", "objection", "nominate"} == set(
        begun.values_list("stage", flat=True)
    )
    assert 0 < begun.filter(due_on__lt=today()).count() < 10
