"""An election of the walked township with its roll, candidates and counts; a committee, and a recall in hand."""

from datetime import date
from typing import Any

from core import uscc
from grassroots import committees, roll, services
from grassroots.models import CommitteeMember, Election, Post, Supervisor
from tests import factories
from tests.grassroots import stories
from tests.grassroots.stories import POLL

OWN_NAMES = ("欧阳甲竹", "欧阳甲兰")


def build(world: dict[str, Any]) -> dict[str, Any]:
    """Keys of the objects, by the word that the table uses for them."""
    hands = stories.Hands()
    launched = stories.launched(hands)
    done = stories.elected(launched, hands)
    named = _named(hands)
    committee = done.committee
    committee.credit_code = uscc.make("55", "430503", uscc.body_code("MF430001"))
    committee.certificate_from, committee.certificate_until = POLL, date(2026, 1, 19)
    committee.save()
    member = CommitteeMember.objects.create(
        committee=committee, name=OWN_NAMES[0], post=Post.CHAIR, since=date(2017, 5, 1)
    )
    watching = Supervisor.objects.create(
        committee=committee, name=OWN_NAMES[1], id_number=factories.id_number(), is_head=True, since=POLL
    )
    recall = committees.open_recall(
        member, hands.clerk, by="voters", proposers=200, base=1000, reason="账目不清"
    )
    recall.passed, recall.voted_on = False, POLL
    recall.voters, recall.cast, recall.favour, recall.against = 1000, 400, 300, 100
    recall.save()
    return {
        "election": done.pk,
        "round": done.round_id,
        "villagecommittee": committee.pk,
        "committeemember": member.pk,
        "supervisor": watching.pk,
        "ballotcount": done.counts.first().pk,
        "recall": recall.pk,
        "candidate": done.candidates.first().pk,
        "voter": named.roll.get().pk,
        "objection": named.objections.get().pk,
    }


def _named(hands: stories.Hands) -> Election:
    """Another village of the township with a named roll, and an objection to it."""
    election = Election.objects.filter(division__parent=factories.TOWNSHIP, stage="commission").first()
    assert election is not None
    services.set_plan(
        election,
        hands.clerk,
        seats={"chair": 1, "vice": 1, "member": 3},
        mode="voters",
        ballot_kind="separate",
    )
    election = stories.with_commission(election, hands)
    voter = factories.person(election.division_id, name=OWN_NAMES[1])
    election = stories.named_roll(election, hands, voter)
    election = stories.with_roll(election, hands)
    roll.record_objection(
        election, hands.clerk, raised_on=date(2021, 1, 2), by=OWN_NAMES[1], content="漏登一人"
    )
    return election
