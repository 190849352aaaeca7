"""The pages of 基层政权 on a working day: all 98 villages, elections at their stages, a committee, a recall."""

from typing import Any

from demo.accounts import Staff
from grassroots import committees
from grassroots.models import CommitteeMember, Election, VillageCommittee
from tests.browser.places import Place

OFFICER, CLERK, LEADER = "grassroots1", "zhongxinlu1", "leader1"
PLACES = [
    Place(OFFICER, "grassroots:round", shot="80-elections"),
    Place(OFFICER, "grassroots:round", query="?due=late"),
    Place("luoshi1", "grassroots:round"),
    Place(OFFICER, "grassroots:launch", query="?year=2031", shot="81-launch"),
    Place(CLERK, "grassroots:election", "election_done", shot="82-election"),
    Place("luoshi1", "grassroots:election", "election_open"),
    Place("luoshi1", "grassroots:plan", "election_open"),
    Place("luoshi1", "grassroots:commission", "election_open"),
    Place("luoshi1", "grassroots:roll", "election_open"),
    Place("luoshi1", "grassroots:voter_add", "election_open"),
    Place("luoshi1", "grassroots:roll_import", "election_open"),
    Place("luoshi1", "casework:step", "election_open|publish_roll"),
    Place(OFFICER, "grassroots:committees", shot="83-committees"),
    Place(CLERK, "grassroots:committee", "committee_done", shot="84-committee"),
    Place(OFFICER, "grassroots:renew", "committee_done"),
    Place(CLERK, "grassroots:by_election", "committee_done"),
    Place(CLERK, "grassroots:member_end", "committee_member"),
    Place(CLERK, "grassroots:supervisors", "committee_done", shot="86-supervisors"),
    Place(CLERK, "grassroots:recall_new", "committee_member"),
    Place(CLERK, "grassroots:recall", "recall", shot="85-recall"),
    Place(LEADER, "grassroots:round"),
]


def build(staff: Staff) -> dict[str, Any]:
    """Keys of the objects: the pilot's election and committee, one in hand of 罗市镇, a recall just asked for."""
    done = Election.objects.filter(division__parent="430503001").earliest("pk")
    opened = Election.objects.get(division="430503101001")
    committee = VillageCommittee.objects.get(pk=done.committee_id)
    member = CommitteeMember.objects.filter(committee=committee, ended_reason="", post="vice").earliest("pk")
    recall = committees.open_recall(
        member, staff[CLERK], by="voters", proposers=320, base=1500, reason="长期不履职，居民意见大。"
    )
    left = CommitteeMember.objects.filter(committee=committee, ended_reason="", post="member").latest("pk")
    committees.end_member(left, staff[CLERK], reason="resigned", on=recall.stage_since, note="外出务工")
    return {
        "election_done": done,
        "election_open": opened,
        "committee_done": committee,
        "committee_member": member,
        "recall": recall,
    }
