"""临时救助 walked through casework by the accounts of the people who really do each step, and what is in hand today."""

from base64 import b64decode
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from casework.papers import attach, record_visit
from casework.services import move
from core.workdays import Calendar
from demo.rooms import District
from registry.models import Household, Person
from relief.temporary import reserve
from relief.temporary.services import ExpenseEntry, Facts, MemberEntry, apply

# A white pixel: the scanned application of a made-up family.
SCAN = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=="
)
_WORDS = {
    "fire": "厨房起火，住房和口粮烧毁。",
    "illness": "户主突发脑溢血住院，押金无着。",
    "accident": "外出务工途中车祸受伤。",
    "disaster": "山洪冲毁住房。",
    "job_loss": "工厂停工，家中断粮。",
    "treatment": "肿瘤手术和化疗，自付费用大。",
    "bereavement": "家中唯一劳动力病故，安葬后家中没有收入。",
    "epidemic": "因疫情不能外出务工，家中断粮。",
    "education": "子女考上大学，学费无力承担。",
}


@dataclass
class Family:
    """A household that may ask for help, its people head first, and what it was granted this year."""

    home: Household
    people: list[Person]
    relations: list[str]
    area: str
    grants: list[tuple[date, str]] = field(default_factory=list)
    amount: Decimal = Decimal(0)

    @property
    def standard(self) -> str:
        return f"dibao_{self.area}"


@dataclass
class Grant:
    """One event of a family and the day on which it is decided."""

    family: Family
    kind: str
    cause: str
    on: date
    severity: str = ""
    affected: int = 0
    self_paid: Decimal = Decimal(0)
    worth: Decimal = Decimal(0)


class Story:
    """One case of a family; `on` says when each step was taken."""

    def __init__(self, grant: Any, district: District):
        self.grant, self.staff = grant, district.staff
        self.home = grant.family.home
        self.clerk = self.staff.clerk(self.home.division_id)
        self.leader = self.staff.leader(self.home.division_id)
        self.officer = self.staff["relief1"]
        self.case: Any = None

    def apply(self, on: date) -> None:
        grant = self.grant
        people = grant.family.people
        expenses = []
        if grant.kind == "expenditure":
            expenses = [
                ExpenseEntry(on - timedelta(days=30), "住院自付费用", grant.self_paid, "发票 00317026")
            ]
        facts = Facts(
            kind=grant.kind,
            cause=grant.cause,
            cause_words=_WORDS.get(grant.cause, "突发困难，基本生活无法维持。"),
            severity=grant.severity,
            happened_on=on - timedelta(days=1),
            members=[
                MemberEntry(one, place < grant.affected or grant.kind != "emergency", Decimal(200))
                for place, one in enumerate(people)
            ],
            expenses=expenses,
        )
        self.case = apply(self.home, self.clerk, facts, on=on)

    def take(self, step: str, on: date, **data: Any) -> None:
        actors = {"grant": self.officer, "refuse": self.officer}
        for name in ("agree", "publish", "grant_here", "approve_advance", "advise_refusal"):
            actors[name] = self.leader
        words = {
            "send_in": "入户核实情况属实，建议救助。",
            "agree": "同意救助，报区局。",
            "publish": "同意，转公示。",
            "grant_here": "情况属实，同意救助。",
            "grant": "符合条件，同意。",
            "propose_advance": "今晚无处可住，先行救助。",
            "advise_refusal": "复核发现有保险赔付，建议不予批准。",
            "refuse": "损失已由保险赔付。",
        }
        self.case = move(
            self.case, step, actors.get(step, self.clerk), opinion=words.get(step, ""), on=on, **data
        )

    def visited(self, on: date) -> None:
        record_visit(
            self.case,
            self.clerk,
            visited_on=on,
            visitors=[self.clerk.full_name, self.leader.full_name],
            living="到户查看，情况与申请一致。",
            signed_by=self.case.subject,
        )
        attach(self.case, "其他", "申请书和领款签字.png", SCAN, self.clerk)

    def granted(self, advance: Decimal) -> None:
        """To the decision on the grant's day; with an advance, that was paid the days before."""
        on = self.grant.on
        begin = on - timedelta(days=1)
        self.apply(begin)
        self.take("accept", begin)
        if advance:
            self.take("propose_advance", begin, advance_amount=advance)
            self.take("approve_advance", begin)
        self.visited(on)
        self.take("send_in", on)
        if self.grant.worth <= Decimal(reserve.setting("delegated_amount", on)):
            self.take("grant_here", on)
        else:
            self.take("agree", on)
            self.take("grant", on)


# How an open case came to where it stands: kind, cause, the road, and the working days since the application.
_OPEN = (
    ("emergency", "fire", "heavy", ("accept",), 0),
    ("emergency", "illness", "medium", ("accept", "propose"), 0),
    ("emergency", "accident", "heavy", ("accept", "propose", "pay"), 4),
    ("emergency", "disaster", "heavy", ("accept", "propose", "pay"), 14),
    ("emergency", "job_loss", "medium", ("accept", "visit", "send_in"), 1),
    ("emergency", "fire", "heavy", ("accept", "propose", "pay", "visit", "send_in", "advise_refusal", "refuse"), 9),
    ("expenditure", "treatment", "", (), 0),
    ("expenditure", "treatment", "", ("accept", "visit"), 6),
    ("expenditure", "education", "", ("accept", "visit", "send_in", "publish", "post"), 3),
    ("expenditure", "treatment", "", ("accept", "visit", "send_in", "publish", "post", "send_up"), 12),
)  # fmt: skip


def open_cases(families: list[Any], district: District) -> int:
    """Cases in hand near today, one with papers overdue, one whose advance must be recovered; gives how many."""
    today = timezone.localdate()
    calendar = Calendar()
    if today.year != district.year:
        on = min(date(today.year, 1, 8), today)
        reserve.allot(today.year, district.staff["relief1"], f"祥民发〔{today.year}〕3号", on=on)
    for family, (kind, cause, severity, road, ago) in zip(families, _OPEN, strict=True):
        day = _back(calendar, today, ago)
        grant = Grant(
            family,
            kind,
            cause,
            day,
            severity,
            len(family.people),
            Decimal(23000) if kind != "emergency" else Decimal(0),
        )
        story = Story(grant, district)
        story.apply(day)
        _walk(story, road, day, today)
    return len(families)


def _back(calendar: Calendar, day: date, count: int) -> date:
    """So many working days before, in the same year."""
    while count or not calendar.works(day):
        day -= timedelta(days=1)
        count -= bool(count and calendar.works(day))
    return max(day, date(timezone.localdate().year, 1, 2)) if day.year != timezone.localdate().year else day


def _walk(story: Story, road: tuple[str, ...], day: date, today: date) -> None:
    for step in road:
        if step == "visit":
            story.visited(day)
        elif step == "propose":
            story.take("propose_advance", day, advance_amount=Decimal(1000))
        elif step == "pay":
            story.take("approve_advance", day)
        elif step == "post":
            story.take("post", day, place=f"{story.home.division.name}公示栏")
        elif step == "send_up":
            story.take("send_up", min(day + timedelta(days=4), today))
        else:
            story.take(step, day)
