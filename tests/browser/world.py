"""A district as it looks on a working day: a demo year paid and closed, cases at every stage, a run in the making."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from benefits import services as benefits
from benefits import standard_change
from benefits.models import Entitlement, Standard
from casework import papers
from casework.services import move, today
from casework.workflow import flow_of
from core.jobs import run_job_inline
from demo.accounts import Staff
from district.models import Line
from payouts import services as payouts
from payouts.models import Claim, Payment, Run
from registry import batches
from registry.models import Household, Person, Relation
from relief.dibao import services as relief
from tests import factories
from tests.browser import rooms
from tests.conftest import DATABASE
from tests.demo import tiny_district
from tests.factories import LONG_AGO, TOWNSHIP, division, household, person
from tests.payouts.makers import answer, build
from tests.registry.sheets import HEAD, workbook

JANUARY = date(2021, 1, 1)
VILLAGES = ("430503001001", "430503001002", "430503001003")
# The people of each family (head, spouse, child, mother), what the head earns, how far its application has come, and
# how many days ago it was taken.
FAMILIES = (
    (("谭国平", "李春莲", "谭小宇", "周玉娥"), 1298, "accept", 1),
    (("罗海涛", "石翠兰"), 620, "open", 0),
    (("何秀英",), 150, "start_check", 3),
    (("向开荣", "刘菊香", "向文博"), 900, "report", 9),
    (("肖桂林", "石金莲"), 400, "propose", 12),
    (("曾玉娥",), 0, "agree", 14),
    (("邓长庚", "唐丽华", "邓一诺", "蒋满妹"), 1150, "post", 24),
    (("马春华", "胡艳芳"), 310, "posted", 15),
    (("杨美德", "谢冬英", "杨佳怡"), 760, "send_up", 26),
    (("刘德明",), 120, "send_up", 27),
    (("唐四清", "彭爱莲"), 510, "grant", 40),
)


def build_world() -> dict[str, Any]:
    """Keys of what the pages show, by name."""
    tiny_district(DATABASE)
    staff = Staff.made()
    world: dict[str, Any] = {"staff": staff}
    for place, (names, income, last, days) in enumerate(FAMILIES):
        home = family(names, income, VILLAGES[place % 3], place)
        world[last] = walk(home, last, days, staff)
    world.update(paid(staff))
    world["import"] = ledger(staff["zhongxinlu1"], world["grant"].household)
    world["change"] = raised(staff["relief1"])
    world["long"] = (
        Entitlement.objects.within(TOWNSHIP)
        .filter(last_month=None, first_month__lt=JANUARY)
        .exclude(pk=world["held"].pk)
        .earliest("pk")
    )
    for room in rooms.modules():
        world |= room.build(staff)
    return world


def family(names: tuple[str, ...], income: int, village: str, place: int) -> Any:
    """A registered household; `people` lists its members, head first."""
    home = f"{division(village).name}{place + 3}栋2单元301室"
    about = {"address": home, "ethnicity": "汉族"}
    kinds = (
        (Relation.HEAD, date(1968 + place, 5, 12), "M", {"labour": "partial", "health": "患慢性病"}),
        (Relation.SPOUSE, date(1970 + place, 9, 3), "F", {"labour": "none", "health": "一般"}),
        (Relation.SON, date(2012, 3, 8), "M", {"health": "良好"}),
        (Relation.PARENT, date(1950, 11, 20), "F", {"labour": "none", "health": "体弱"}),
    )
    people: list[Person] = []
    for name, (_, born, sex, more) in zip(names, kinds, strict=False):
        earned = income if not people else 0
        people.append(
            person(village, name=name, birth_date=born, sex=sex, monthly_income=earned, **about, **more)
        )
    head = people[0]
    head.phone = f"1380739{place:04d}"
    head.save()
    found = household(head=head, number=f"{village}{place + 101:04d}", address=home)
    for one, (relation, *_) in zip(people[1:], kinds[1:], strict=False):
        found.memberships.create(person=one, relation=relation, since=max(LONG_AGO, one.birth_date))
    found.people = people  # type: ignore[attr-defined]
    return found


def walk(home: Any, last: str, days: int, staff: Staff) -> Any:
    """The family's application, taken so many days ago and moved up to a step."""
    clerk, leader, officer = staff["zhongxinlu1"], staff["zhongxinlu9"], staff["relief1"]
    first = today() - timedelta(days=days)

    def day(n: int) -> date:
        return min(first + timedelta(days=n), today())

    entries = [
        relief.MemberEntry(
            person=one, authorised=True, incomes={"wages": one.monthly_income} if one.monthly_income else {}
        )
        for one in home.people
    ]
    case = relief.apply(
        home,
        clerk,
        members=entries,
        assets={"houses": Decimal(1), "financial_assets": Decimal(6200)},
        reason="户主患病，不能外出务工，收入减少。",
        on=first,
    )
    steps: list[tuple[str, Any, int, dict[str, Any]]] = [
        ("accept", clerk, 0, {}),
        ("start_check", clerk, 1, {}),
        ("report", clerk, 4, {"opinion": "核对报告：无参保个税记录，存款与申报一致。"}),
        ("propose", clerk, 7, {"opinion": "零工收入按用工方证明认定，其余与核对一致，建议纳入。"}),
        ("agree", leader, 8, {"opinion": "情况属实，同意纳入，转公示。"}),
        ("post", clerk, 8, {"place": "中心路社区公开栏"}),
        ("send_up", clerk, 16, {"opinion": "公示七日，未登记异议。"}),
        ("grant", officer, 18, {"opinion": "符合条件，同意。", "care_class": "B"}),
    ]
    names = [name for name, *_ in steps]
    end = names.index("post" if last == "posted" else last) if last != "open" else -1
    for name, actor, n, data in steps[: end + 1]:
        if name == "propose":
            visit(case, clerk, day(6))
        case = move(case, name, actor, on=day(n), **data)
    return flow_of(case).model().objects.get(pk=case.pk)


def visit(case: Any, clerk: Any, on: date) -> None:
    papers.record_visit(
        case,
        clerk,
        visited_on=on,
        visitors=[clerk.full_name, "唐志强"],
        living="家庭成员与申报一致，户主行动不便，家中陈设简陋，靠零工和亲友接济。",
        signed_by=case.person.name,
    )
    papers.attach(case, "入户调查表及照片", "入户调查表.pdf", b"%PDF-1.4\n" + b"0" * 200, clerk)
    relief.recognise_rest(case, clerk)


def paid(staff: Staff) -> dict[str, Any]:
    """January 2021: the urban run waits for its review, the rural one came back from the bank with a failure."""
    maker, reviewer, leader = staff["finance1"], staff["finance2"], staff["leader1"]
    before = list(
        Entitlement.objects.filter(
            programme="dibao_urban", last_month=None, first_month__lt=JANUARY
        ).order_by("pk")
    )
    benefits.place_hold(before[0], JANUARY, None, "死亡名单待核实", staff["relief1"])
    benefits.end_entitlement(before[1], date(2020, 10, 1), "death", "2020年10月去世", staff["relief1"])
    urban = build(JANUARY, actor=maker)
    rural = build(JANUARY, "dibao_rural", actor=maker)
    payouts.review(rural, reviewer, "与在册名单核对一致。")
    payouts.approve(rural, leader, "同意发放。")
    payouts.lock(rural, leader)
    rural.refresh_from_db()
    bad = rural.transfers.order_by("seq").values_list("beneficiary_id", flat=True)[:1]
    payouts.load_bank_return(answer(rural, fail=list(bad)), "农商行回盘0112.csv", maker)
    for township in payouts.townships_of(rural)[:2]:
        payouts.sheet_file(rural, township)
    payouts.bank_files(rural)
    return {
        "draft": Run.objects.get(pk=urban.pk),
        "run": Run.objects.get(pk=rural.pk),
        "payment": Payment.objects.filter(run=rural).order_by("pk").first(),
        "failed": Payment.objects.filter(run=rural, beneficiary_id__in=bad).first(),
        "return": rural.transfers.exclude(bank_return=None).first().bank_return,
        "claim": Claim.objects.first(),
        "held": before[0],
    }


def ledger(clerk: Any, known: Household) -> Any:
    """A ledger of the township, checked and not yet written: new, changed, repaired and refused rows."""
    head = known.head if hasattr(known, "head") else known.memberships.get(relation="head").person
    village = "中心路社区"
    rows = [[*HEAD, "联系电话", "月收入"]]
    rows.append([known.number, head.name, head.id_number, "户主", village, "13907391188", "350"])
    for place in range(12):
        number = factories.id_number(date(1960 + place, 3, 2), "MF"[place % 2])
        number = f" {number[:6]} {number[6:]}" if place % 4 == 0 else number
        rows.append([f"ZX{place:04d}", factories.name(), number, "户主", village, "", str(place * 40)])
    rows.append(["ZX0100", "肖桂林", "430503196813451234", "户主", village, "", ""])
    rows.append(["ZX0101", "喻国强", "4305031972", "户主", village, "", ""])
    rows.append(["ZX0102", "罗建设", factories.id_number(date(1977, 7, 7)), "房东", "不存在的村", "", ""])
    batch = batches.upload("registry", "中心路街道低收入家庭台账.xlsx", workbook(rows), clerk)
    run_job_inline(batch.job)
    batch.refresh_from_db()
    return batch


def raised(officer: Any) -> Any:
    """A higher urban standard, assessed over all who receive, waiting for the second officer."""
    assert Line.RELIEF in officer.lines
    standard = Standard.objects.create(
        programme_id="dibao_urban",
        division=division(),
        amount=550,
        effective_from=date(today().year + 1, 1, 1),
        source=f"区政府〔{today().year}〕8号",
    )
    change = standard_change.propose(standard, officer)
    run_job_inline(change.job)
    change.refresh_from_db()
    return change
