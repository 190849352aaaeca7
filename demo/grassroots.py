"""换届 of the 98 villages: 中心路街道 as the pilot, done within the year; thirteen townships launched in December.

They stand near today: where the year is long past, their polling days were postponed, so that every stage's legal date
lies around the working day on which the demo is looked at.
"""

from datetime import date, timedelta
from random import Random
from typing import Any

from casework.services import move, today
from core import uscc
from demo.names import given, surname
from demo.rooms import Room
from district.models import Division, DivisionLevel
from grassroots import ballots, roll, services, supervisors
from grassroots.models import (
    CommitteeKind,
    CommitteeMember,
    Election,
    Post,
    Review,
    VillageCommittee,
)

PILOT = "430503001"
BY_NAME = "430503101001"
# What the demo tells of a seat: how many candidates stand for it, beside the seats.
_EXTRA = {Post.CHAIR: 1, Post.VICE: 1, Post.MEMBER: 1}


class Grassroots(Room):
    """Committees of all villages with their former term, the pilot's elections, the other townships' beginnings."""

    def prepare(self) -> None:
        """The committees elected in 2017, with their codes."""
        rng, year = self.district.rng, self.district.year
        villages = Division.objects.filter(level=DivisionLevel.VILLAGE, until=None).order_by("code")
        committees = VillageCommittee.objects.bulk_create(
            self._committee(village, place, year) for place, village in enumerate(villages, 1)
        )
        members = CommitteeMember.objects.bulk_create(
            member for one in committees for member in self._members(one, year, rng)
        )
        self.district.tell(f"村（居）委会：{len(committees)} 个，现任成员 {len(members)} 人")

    def _committee(self, village: Division, place: int, year: int) -> VillageCommittee:
        kind = services.kind_of(village)
        residents = kind == CommitteeKind.RESIDENTS
        return VillageCommittee(
            division=village,
            kind=kind,
            credit_code=uscc.make("55" if residents else "54", "430503", uscc.body_code(f"MF43{place:04d}")),
            certificate_from=date(year, 6, 1),
            certificate_until=date(year + 5, 5, 31),
            member_seats=3 if residents else 2,
        )

    def _members(self, committee: VillageCommittee, year: int, rng: Random) -> list[CommitteeMember]:
        since = date(year - 3, 5, 10)
        found = []
        for post, seats in committee.seats.items():
            for place in range(seats):
                sex = "F" if (post == Post.MEMBER and place == 0) or rng.random() < 0.25 else "M"
                birth = date(year - rng.randint(32, 62), rng.randint(1, 12), rng.randint(1, 28))
                found.append(
                    CommitteeMember(
                        committee=committee,
                        name=_name(rng, sex, birth),
                        id_number=self.district.numbers.id_number(birth, sex),
                        sex=sex,
                        party_member=post == Post.CHAIR or rng.random() < 0.5,
                        post=post,
                        since=since,
                        until=date(year, 5, 9),
                    )
                )
        return found

    def finish(self) -> None:
        year = self.district.year
        pilot = Division.objects.get(pk=PILOT)
        polling = date(year, 9, 25)
        officer = self.district.staff["grassroots1"]
        done = services.launch(year, [(pilot, polling)], officer, on=date(year, 8, 10))
        for election in done:
            Pilot(election, self.district).run()
        begun = self._others(officer)
        self.district.tell(f"换届：中心路街道 {len(done)} 个村（社区）完成，另启动 {begun} 个")

    def _others(self, officer: Any) -> int:
        year, now = self.district.year, today()
        launched = min(date(year, 12, 7), now)
        polling = date(year + 1, 1, 25)
        rows = Division.objects.filter(level=DivisionLevel.TOWNSHIP, until=None).exclude(pk=PILOT)
        townships = list(rows.order_by("code"))
        made = services.launch(year, [(one, polling) for one in townships], officer, on=launched)
        near = {one.pk: now + timedelta(days=24 + 2 * place) for place, one in enumerate(townships)}
        for place, election in enumerate(made):
            day = near[election.division_id[:9]]
            if day > polling:
                on = min(now, date(year + 1, 1, 4))
                words = "因疫情防控，经批准推迟投票日。"
                election = move(election, "postpone", officer, on=on, opinion=words, polling_day=day)
            self._begin(election, place)
        return len(made)

    def _begin(self, election: Election, place: int) -> None:
        """Every ninth village has not begun; others register voters, some have their roll up, a few nominate."""
        if place % 9 == 4 and election.division_id != BY_NAME:
            return
        clerk = self.district.staff.clerk(election.division_id)
        now, rng = today(), self.district.rng
        day = min(now - timedelta(days=8), election.polling_day - timedelta(days=30))
        services.set_commission(
            election,
            clerk,
            head=_name(rng, "M", date(1965, 1, 1)),
            members=[_name(rng, sex, date(1972, 1, 1)) for sex in "FMF"],
            on=day,
        )
        election = move(election, "form_commission", clerk, on=day, done_on=day)
        if election.division_id == BY_NAME:
            roll.import_roll(election, clerk, on=now - timedelta(days=2))
            return
        if place % 3:
            return
        up = now - timedelta(days=7 if place % 2 else 3)
        election = move(election, "publish_roll", clerk, on=up, done_on=up, voters=rng.randint(700, 2400))
        if place % 2:
            move(election, "close_roll", clerk, on=now - timedelta(days=1))


class Pilot:
    """One village of 中心路街道, from launch to certificate, with its dates in August to October."""

    def __init__(self, election: Election, district: Any):
        self.election, self.district, self.year = election, district, district.year
        self.rng: Random = district.rng
        self.clerk = district.staff.clerk(election.division_id)
        self.leader = district.staff.leader(election.division_id)
        self.officer = district.staff["grassroots2"]

    def on(self, month: int, day: int) -> date:
        return date(self.year, month, day)

    def step(self, action: str, day: date, by: Any = None, **data: Any) -> None:
        self.election = move(self.election, action, by or self.clerk, on=day, done_on=day, **data)

    def run(self) -> None:
        rng = self.rng
        services.set_commission(
            self.election,
            self.clerk,
            head=_name(rng, "M", date(1960, 1, 1)),
            members=[_name(rng, sex, date(1968, 1, 1)) for sex in "FMMF"],
            on=self.on(8, 18),
        )
        self.step("form_commission", self.on(8, 18))
        self.step("publish_roll", self.on(8, 28), voters=rng.randint(1100, 2600))
        self.step("close_roll", self.on(9, 3))
        self.nominate()
        self.step("close_nomination", self.on(9, 11))
        passed = {one.pk: (Review.PASSED, "") for one in self.election.candidates.all()}
        services.review_candidates(self.election, self.clerk, reviewed_on=self.on(9, 14), outcomes=passed)
        self.step("publish_candidates", self.on(9, 17))
        self.count()
        self.step("submit_result", self.on(9, 25))
        self.step("confirm_result", self.on(9, 27), self.leader)
        self.step("file_county", self.on(9, 30), self.officer)
        self.step("hand_over", self.on(10, 4))
        code = self.election.committee.credit_code
        term = {"valid_from": self.on(10, 12), "valid_until": date(self.year + 5, 9, 24)}
        self.step("renew_certificate", self.on(10, 12), self.officer, credit_code=code, **term)
        self.watch(self.on(10, 15))

    def watch(self, day: date) -> None:
        """Three residents are chosen to watch over the new committee."""
        births = [("M", date(1961, 3, 5)), ("F", date(1970, 8, 21)), ("M", date(1975, 11, 2))]
        people = [
            (_name(self.rng, sex, birth), self.district.numbers.id_number(birth, sex))
            for sex, birth in births
        ]
        supervisors.set_supervisors(self.election.committee, self.clerk, people, on=day, is_apart=True)

    def nominate(self) -> None:
        """Who serves stands again for the same post, and others beside them; a woman among the 委员."""
        taken: set[str] = set()
        serving = list(self.election.committee.members.filter(ended_reason="").order_by("id"))
        for post, seats in self.election.seats.items():
            known = [(one.name, one.sex, one.party_member) for one in serving if one.post == post]
            while len(known) < seats + _EXTRA[Post(post)]:
                sex = self.rng.choice("MF")
                known.append((_name(self.rng, sex, date(1978, 1, 1)), sex, self.rng.random() < 0.4))
            for name, sex, party in known:
                while name in taken:
                    name = _name(self.rng, sex, date(1978, 1, 1))
                taken.add(name)
                services.add_candidate(
                    self.election,
                    self.clerk,
                    post=post,
                    name=name,
                    sex=sex,
                    party_member=party,
                    on=self.on(9, 8),
                )

    def count(self) -> None:
        """Four of five voters came; the first ones of each list are well over half, the last is not."""
        voters = self.election.voters or 0
        cast = voters * self.rng.randint(72, 88) // 100
        void, blank = cast // 60, cast // 90
        valid = cast - void - blank
        for post, seats in self.election.seats.items():
            standing = list(self.election.candidates.filter(post=post).order_by("id"))
            votes = {one.pk: valid * 40 // (100 + place) for place, one in enumerate(standing)}
            for place, one in enumerate(standing[:seats]):
                votes[one.pk] = valid * (86 - 4 * place) // 100
            if seats == 1:
                votes[standing[-1].pk] = valid * 11 // 100
            ballots.record_count(
                self.election,
                self.clerk,
                post,
                held_on=self.election.polling_day,
                numbers={
                    "handed_out": cast + cast // 80,
                    "returned": cast,
                    "valid": valid,
                    "void": void,
                    "blank": blank,
                },
                votes=votes,
            )


def _name(rng: Random, sex: str, birth: date) -> str:
    return surname(rng) + given(rng, sex, birth)
