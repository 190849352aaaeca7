"""回头看 of the demo year: each month other offices' lists come in, are compared, and what they say ends households.

Whom the plan lets go is whom the lists name; the year's endings therefore come out of the comparison's own rules. A few
rows are false alarms, which the townships clear.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from benefits.models import Entitlement
from benefits.policy import parameter
from core.jobs import run_job_inline
from core.months import add_months, last_day, month_of
from core.series import take_numbers
from core.workdays import Calendar
from demo.accounts import Staff
from demo.build import Placed
from demo.leads import left_out_people
from rechecks import hearing, sampling, services
from rechecks.kinds import END_REASONS, KINDS
from rechecks.loading import confirm, load
from rechecks.models import (
    Answer,
    Delivery,
    Finding,
    FindingEvent,
    FindingState,
    Hearing,
    Outcome,
    Recheck,
    SpotResult,
    Verification,
)
from registry.models import DisabilityCertificate, DisabilityKind, Person

_SOURCES = {
    "death": "区公安分局", "pension": "区人社局", "business": "区市场监管局", "tax": "区税务局",
    "vehicle": "市交警支队", "disability": "区残联",
    "property": "区自然资源局", "shop": "区自然资源局", "payroll": "区财政局", "insurance": "区医保局",
}  # fmt: skip
_KIND_OF = {"means": "insurance"}
_WORDS = {
    "death": "经村（社区）和家属证实已去世。",
    "pension": "核实已按月领取职工养老金。",
    "business": "实地查看，店面正常经营。",
    "tax": "本人承认有工资收入未申报。",
    "vehicle": "车辆登记在本人名下，平时使用。",
    "property": "两处住房均登记在家庭成员名下。",
    "shop": "门面出租，有租金收入。",
    "payroll": "单位证明为在编人员。",
    "insurance": "单位参保，工资收入超过标准。",
}
_ANSWERS = (
    (Answer.STATED, "不知道这也要申报，没有别的意见。"),
    (Answer.STATED, "情况属实，希望晚一个月停。"),
    (Answer.STATED, "家里开支大，请求酌情考虑。"),
    (Answer.SILENT, ""),
)
_FALSE = (
    "车辆已于上年过户，凭证已核。",
    "同名不同人，身份证号录入有误。",
    "市场主体已停业多年，正在办理注销。",
)


def rows_of(kind: str, one: Person, day: date, rng: Random) -> list[list[Any]]:
    """What the list says of a person, in the kind's columns, so that the rule of the kind finds him."""
    who = [one.id_number, one.name]
    estate = [f"430503{rng.randrange(10**9):09d}GB", f"邵阳市大祥区某某路{rng.randint(1, 300)}号"]
    said: dict[str, list[list[Any]]] = {
        "death": [[*who, day]],
        "pension": [
            [*who, rng.randint(1180, 2650), f"{add_months(month_of(day), -rng.randint(1, 5)):%Y-%m}"]
        ],
        "business": [[*who, f"大祥区{one.name[0]}记商行", "", "个体经营者", f"{day.year - 2}-05-01", "存续"]],
        "tax": [[*who, day.year, rng.randint(60_500, 96_000)]],
        "vehicle": [[*who, f"湘E{rng.randrange(10**5):05d}", "小型轿车", "非营运", f"{day.year - 1}-08-01"]],
        "property": [[*who, f"{estate[0]}{n}", estate[1], 96, "住宅"] for n in (1, 2)],
        "shop": [[*who, *estate, 38, "商业服务"]],
        "payroll": [[*who, "某某学校", rng.randint(2900, 5200)]],
        "insurance": [[*who, day.year, rng.randint(2700, 5600)]],
    }
    return said[kind]


def load_rows(kind: str, rows: list[list[Any]], as_of: date, staff: Staff) -> Any:
    """The list as the other office sends it, taken in by an officer."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([one.title for one in KINDS[kind].all_columns()])
    writer.writerows(rows)
    name = f"{KINDS[kind].name}{as_of:%Y%m%d}.csv"
    return load(kind, io.BytesIO(text.getvalue().encode()), name, as_of, _SOURCES[kind], staff["relief1"])


def load_names(people: list[Person], as_of: date, staff: Staff) -> None:
    """The dead of a week as the funeral home keeps them: by name, birth date and village, without ID numbers."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["姓名", "出生日期", "乡镇（街道）", "村（社区）", "死亡日期"])
    for place, one in enumerate(people):
        where = [one.division.parent, one.division] if place % 3 < 2 else ["", ""]
        writer.writerow([one.name, one.birth_date, *where, as_of - timedelta(days=place % 5)])
    name = f"殡仪馆{as_of:%Y%m%d}.csv"
    load("death", io.BytesIO(text.getvalue().encode()), name, as_of, "区殡仪馆", staff["relief1"])


def compare(month: date, staff: Staff) -> Recheck:
    made = services.start_recheck(month, staff["relief1"], enqueue=False)
    assert made.job is not None
    run_job_inline(made.job)
    made.refresh_from_db()
    return made


class Comparisons:
    """The year's rechecks: `find` before a month's endings are decided, `settle` after."""

    def __init__(self, staff: Staff, rng: Random):
        self.staff, self.rng = staff, rng

    def find(self, stop: Iterable[Placed], staying: list[Placed], month: date) -> None:
        """Lists as of the end of the month before, compared with that month's holdings."""
        before = add_months(month, -1)
        as_of = last_day(before)
        rows: dict[str, list[list[Any]]] = defaultdict(list)
        for one in stop:
            reason = one.case.movement.reason
            kind = _KIND_OF.get(reason, reason)
            day = one.case.members[0].death if kind == "death" else as_of
            assert day is not None
            rows[kind] += rows_of(kind, one.head, day, self.rng)
        for one in self.rng.sample(staying, min(len(staying) // 400, 6)):
            rows["vehicle"] += rows_of("vehicle", one.head, as_of, self.rng)
        if not rows:
            return
        for kind, lines in rows.items():
            load_rows(kind, lines, as_of, self.staff)
        compare(before, self.staff)

    def settle(self, stop: Iterable[Placed], entitlements: dict[int, Entitlement], month: date) -> None:
        """What was found is verified by the townships and decided: ended with the households of the plan, else kept."""
        over = {entitlements[one.household.pk].pk for one in stop}
        found = list(
            Finding.objects.filter(recheck__month=add_months(month, -1), state=FindingState.OPEN)
            .select_related("person")
            .order_by("pk")
        )
        begin = timezone.make_aware(datetime.combine(month, time(9)))
        verifications, events, notices = [], [], Notices(self.rng, begin)
        for one in found:
            clerk, officer = self.staff.clerk(one.division_id), self.staff["relief2"]
            is_over = one.entitlement_id in over
            one.found_at, seen = begin, begin + timedelta(days=self.rng.randint(2, 9))
            if is_over and one.kind != "death":
                seen = notices.heard(one, clerk, month)
            one.decided_at = seen + timedelta(days=self.rng.randint(1, 8))
            one.proposal = Outcome.END if is_over else Outcome.KEEP
            one.state = FindingState.ENDED if is_over else FindingState.KEPT
            one.proposed_by, one.decided_by = clerk, officer
            words = _WORDS[one.kind] if is_over else self.rng.choice(_FALSE)
            verifications.append(
                Verification(
                    finding=one,
                    verified_on=seen.date(),
                    visitors=f"{clerk.full_name}、{self.staff.leader(one.division_id).full_name}",
                    words=words,
                    outcome=one.proposal,
                    end_reason=END_REASONS.get(one.kind, one.kind) if is_over else "",
                    from_month=month if is_over else None,
                    recorded_by=clerk,
                    recorded_at=seen,
                )
            )
            label = one.get_proposal_display()
            events += [
                FindingEvent(finding=one, at=seen, actor=clerk, label=f"核查：{label}", words=words),
                FindingEvent(
                    finding=one, at=one.decided_at, actor=officer, label=f"审定：{one.get_state_display()}"
                ),
            ]
        fields = ["found_at", "decided_at", "proposal", "state", "proposed_by", "decided_by"]
        Finding.objects.bulk_update(found, fields, batch_size=500)
        Verification.objects.bulk_create(verifications, batch_size=500)
        notices.save()
        FindingEvent.objects.bulk_create([*notices.events, *events], batch_size=500)


class Notices:
    """陈述申辩 of a month's endings: what each family was told, and what it answered."""

    def __init__(self, rng: Random, begin: datetime):
        self.rng, self.begin, self.calendar = rng, begin, Calendar()
        self.rows: list[Hearing] = []
        self.events: list[FindingEvent] = []

    def heard(self, one: Finding, clerk: Any, month: date) -> datetime:
        """The notice of a finding with its answer; gives when the township may go on."""
        given = self.begin + timedelta(days=self.rng.randint(0, 2))
        due_on = self.calendar.add(given.date(), hearing.hearing_days(month))
        answer, words = self.rng.choice(_ANSWERS)
        answered = due_on + timedelta(days=1) if answer == Answer.SILENT else given.date() + timedelta(days=1)
        told = Hearing(
            finding=one,
            outcome=Outcome.END,
            end_reason=END_REASONS.get(one.kind, one.kind),
            from_month=month,
            words=_WORDS[one.kind],
            basis=str(parameter("recheck.hearing_basis", month)),
            evidence_hash=one.evidence_hash,
            drafted_by=clerk,
            drafted_at=given,
            way=Delivery.DIRECT,
            given_on=given.date(),
            given_by=clerk.full_name,
            receiver=f"{one.person}本人签收",
            due_on=due_on,
            answer=answer,
            answered_on=answered,
            statement=words,
        )
        self.rows.append(told)
        at = timezone.make_aware(datetime.combine(answered, time(15)))
        said = f"可陈述申辩至 {due_on}。"
        self.events += [
            FindingEvent(finding=one, at=given, actor=clerk, label="当面送达陈述申辩告知书", words=said),
            FindingEvent(
                finding=one, at=at, actor=clerk, label=f"家庭{told.get_answer_display()}", words=words
            ),
        ]
        return at + timedelta(hours=1)

    def save(self) -> None:
        with transaction.atomic():
            year = self.begin.year
            numbers = take_numbers(f"hearing-{year}", len(self.rows)) if self.rows else range(0)
            for told, number in zip(self.rows, numbers, strict=True):
                told.number = hearing.number_of(year, number)
            Hearing.objects.bulk_create(self.rows, batch_size=500)


def desk(staff: Staff, rng: Random) -> str:
    """What waits near today: lists of last week, findings for the townships, people left out, a sample to visit."""
    today = timezone.localdate()
    month, as_of = month_of(today), today - timedelta(days=6)
    live = list(
        Entitlement.objects.filter(
            programme__group="dibao", is_void=False, last_month=None, first_month__lte=month
        )
        .select_related("person__division__parent")
        .order_by("pk")
    )
    some = rng.sample(live, min(max(len(live) // 150, 6), 45))
    rows: dict[str, list[list[Any]]] = defaultdict(list)
    for place, one in enumerate(some):
        kind = ("vehicle", "pension", "death", "business", "payroll", "insurance")[place % 6]
        rows[kind] += rows_of(kind, one.person, as_of, rng)
    for kind, lines in rows.items():
        made = load_rows(kind, lines, as_of, staff)
        if kind == "death":
            confirm(made, staff["relief2"])
    named = {one.pk for one in some}
    others = [one.person for one in live if one.pk not in named]
    load_names(others[:: max(len(others) // 5, 1)][:5], as_of, staff)
    recheck = compare(month, staff)
    _begin_hearings(staff)
    load_disabled(as_of, staff)
    reached, left_out = left_out_people(month, staff, rng)
    sample = sampling.draw(month, min(max(len(live) // 40, 20), 120), staff["relief1"], rng.randrange(2**31))
    for item in list(sample.items.select_related("entitlement"))[::3]:
        clerk = staff.clerk(item.entitlement.division_id)
        wrong = rng.random() < 0.06
        result = SpotResult.CHANGED if wrong else SpotResult.RIGHT
        sampling.record(
            item, clerk, result, "家中多了一人务工，收入有变。" if wrong else "", today - timedelta(days=2)
        )
    return f"疑点 {recheck.findings} 条，应保未保 {left_out} 人，另有 {reached} 户已享受，抽查 {sample.wanted} 份"


def load_disabled(as_of: date, staff: Staff) -> None:
    """The holders of certificates whom the registry knows, as 残联 keeps them."""
    held = (
        DisabilityCertificate.objects.filter(until__isnull=True).select_related("person").order_by("number")
    )
    rows = [
        [
            one.person.id_number,
            one.person.name,
            one.number,
            DisabilityKind(one.kind).label,
            f"{'一二三四'[one.grade - 1]}级",
            one.since,
        ]
        for one in held
    ]
    load_rows("disability", rows, as_of, staff)


def _begin_hearings(staff: Staff) -> None:
    """Some families of today's findings have been told: one notice waits to be handed over, others for an answer."""
    today = timezone.localdate()
    some = Finding.objects.filter(state=FindingState.OPEN, name_mismatch=False, score=None).exclude(
        kind="death"
    )
    for place, one in enumerate(some.order_by("pk")[:12:2]):
        clerk = staff.clerk(one.division_id)
        reason = END_REASONS.get(one.kind, one.kind)
        intent = hearing.Intent(Outcome.END, add_months(month_of(today), 1), _WORDS[one.kind], reason)
        told = hearing.draft(one, clerk, intent)
        if place % 3:
            receiver = f"{one.person}本人签收"
            told = hearing.deliver(
                told, clerk, hearing.Handed(Delivery.DIRECT, today, clerk.full_name, receiver)
            )
        if place % 3 == 2:
            hearing.answer(told, clerk, Answer.STATED, "不知道这也要申报。", today)
