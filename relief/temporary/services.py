"""The verbs of 临时救助: apply, correct the facts, propose an advance. Each is one transaction.

Decisions stand in `steps`, the township's ledger in `reserve`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from benefits.assessing import assess
from casework.services import Change, check_editor, correct, locked, open_case, record_change, today
from core.errors import UserError
from core.money import ZERO
from district.models import User
from registry.models import Household, Person
from relief.dibao.facts import members_of
from relief.dibao.services import area_kind_of
from relief.temporary.facts import facts_of, window_start
from relief.temporary.models import Cause, Expense, Kind, TemporaryApplication, TemporaryMember

FLOWS = {Kind.EMERGENCY: "temporary_urgent", Kind.EXPENDITURE: "temporary"}


@dataclass
class MemberEntry:
    """What the form says of one member: hit by the event or not, income in yuan a month."""

    person: Person
    affected: bool = True
    income: Decimal = ZERO


@dataclass
class ExpenseEntry:
    """A self-paid expense: day, what, yuan, the paper's number."""

    spent_on: date
    what: str
    amount: Decimal
    paper: str


@dataclass
class Facts:
    """What the application says beside its members."""

    kind: str
    cause: str
    cause_words: str
    severity: str = ""
    happened_on: date | None = None
    home_income: Decimal = ZERO
    financial_assets: Decimal = ZERO
    assets_note: str = ""
    staff_relative: str = ""
    members: Sequence[MemberEntry] = ()
    expenses: Sequence[ExpenseEntry] = field(default_factory=list)


def check_facts(facts: Facts, day: date) -> None:
    """What can't be is refused where it was typed."""
    if facts.kind not in Kind.values:
        raise UserError("请选择救助类型。", field="kind")
    if facts.cause not in Cause.values:
        raise UserError("请选择事由。", field="cause")
    if len(facts.cause_words.strip()) < 2:
        raise UserError("请写明发生了什么。", field="cause_words")
    if facts.happened_on and facts.happened_on > day:
        raise UserError("发生日期不能晚于申请日期。", field="happened_on")
    if facts.kind == Kind.EMERGENCY:
        if not facts.severity:
            raise UserError("急难型要选困难程度。", field="severity")
        if not any(one.affected for one in facts.members):
            raise UserError("请至少勾选一名受困成员。")
    else:
        if not facts.expenses:
            raise UserError("支出型要填自付费用，每笔写明日期、金额和票据。")
        since = window_start(day)
        for one in facts.expenses:
            if not since <= one.spent_on <= day:
                raise UserError(
                    f"“{one.what}”的日期 {one.spent_on:%Y-%m-%d} 不在最近 12 个月内"
                    f"（{since:%Y-%m-%d} 至 {day:%Y-%m-%d}）。"
                )


@transaction.atomic
def apply(household: Household, actor: User, facts: Facts, *, on: date | None = None) -> TemporaryApplication:
    """登记临时救助申请 of a registered household. UserError when facts cannot be, or an application for the same
    cause is in hand; what was granted before does not hinder applying, the assessment says so."""
    day = on or today()
    present = {one.person_id: one for one in members_of(household, day)}
    head = next((one.person for one in present.values() if one.relation == "head"), None)
    if head is None:
        raise UserError("这户没有户主，请先在家庭页登记户主。")
    entries = list(facts.members) or [MemberEntry(one.person) for one in present.values()]
    facts.members = entries
    check_facts(facts, day)
    # Two clerks who open the same family's case come one after the other.
    Household.objects.select_for_update(no_key=True).get(pk=household.pk)
    other = TemporaryApplication.objects.filter(household=household, state="open", cause=facts.cause).first()
    if other:
        raise UserError(
            f"这户因“{other.get_cause_display()}”已有在办的临时救助 {other.number}。", field="cause"
        )
    case: TemporaryApplication = open_case(
        FLOWS[Kind(facts.kind)],
        person=head,
        household=household,
        division=household.division,
        actor=actor,
        on=on,
        kind=facts.kind,
        cause=facts.cause,
        cause_words=facts.cause_words.strip(),
        severity=facts.severity if facts.kind == Kind.EMERGENCY else "",
        happened_on=facts.happened_on,
        area_kind=area_kind_of(household),
        home_income=facts.home_income,
        financial_assets=facts.financial_assets,
        assets_note=facts.assets_note.strip(),
        staff_relative=facts.staff_relative.strip(),
    )
    for place, entry in enumerate(entries):
        membership = present.get(entry.person.pk)
        if membership is None:
            raise UserError(f"{entry.person.name}不是这户的成员。")
        TemporaryMember.objects.create(
            application=case,
            person=entry.person,
            relation=membership.relation,
            affected=entry.affected,
            income=entry.income,
            position=place,
        )
    _write_expenses(case, facts)
    return case


def _write_expenses(case: TemporaryApplication, facts: Facts) -> None:
    if facts.kind != Kind.EXPENDITURE:
        return
    for one in facts.expenses:
        Expense.objects.create(
            application=case,
            spent_on=one.spent_on,
            what=one.what.strip(),
            amount=one.amount,
            paper=one.paper.strip(),
        )


def assess_now(case: TemporaryApplication, day: date | None = None) -> dict[str, Any]:
    """The formula's answer on the case's facts, for a decision on that day (default: today). Writes nothing."""
    return assess(facts_of(case, day or today()))


CASE_FACTS = (
    "cause",
    "cause_words",
    "severity",
    "happened_on",
    "home_income",
    "financial_assets",
    "assets_note",
    "staff_relative",
)


@transaction.atomic
def record_facts(
    case: TemporaryApplication, actor: User, facts: Facts, version: int | None = None
) -> TemporaryApplication:
    """更正: the facts as they were found to be; before and after of each goes into the case's record.

    The kind stays (another kind is another application). Nothing changed → nothing written.
    """
    case = locked(case, version)
    check_editor(case, actor)
    facts.kind = case.kind
    check_facts(facts, today())
    advance = case.advance
    if advance and facts.cause != case.cause:
        raise UserError("已提出先行救助，事由不能再改。", field="cause")
    before = case.version
    values = {name: getattr(facts, name) for name in CASE_FACTS}
    if case.kind != Kind.EMERGENCY:
        values["severity"] = ""
    case = correct(case, values, actor)
    changes = _members(case, facts.members) + _expenses(case, facts.expenses)
    if changes:
        case = record_change(case, actor, changes, label="更正家庭情况和费用", action="facts")
    return case if case.version != before else locked(case)


def _members(case: TemporaryApplication, entries: Sequence[MemberEntry]) -> list[Change]:
    changes: list[Change] = []
    own = {
        one.person_id: one for one in case.members.select_for_update(of=("self",)).select_related("person")
    }
    for entry in entries:
        row = own[entry.person.pk]
        if row.income != entry.income:
            changes.append((f"{row} 月收入", f"{row.income:,.2f}", f"{entry.income:,.2f}"))
        if row.affected != entry.affected:
            changes.append((f"{row} 受困", _yes(row.affected), _yes(entry.affected)))
        if (row.income, row.affected) != (entry.income, entry.affected):
            row.income, row.affected = entry.income, entry.affected
            row.save(update_fields=["income", "affected"])
    return changes


def _yes(value: bool) -> str:
    return "是" if value else "否"


def _expenses(case: TemporaryApplication, entries: Sequence[ExpenseEntry]) -> list[Change]:
    """The list as it is now replaces the one before; a row's history keeps what stood there."""
    if case.kind != Kind.EXPENDITURE:
        return []
    old = [(one.spent_on, one.what, one.amount, one.paper) for one in case.expenses.all()]
    new = [(one.spent_on, one.what.strip(), one.amount, one.paper.strip()) for one in entries]
    if sorted(old) == sorted(new):
        return []
    case.expenses.all().delete()
    for spent_on, what, amount, paper in new:
        Expense.objects.create(application=case, spent_on=spent_on, what=what, amount=amount, paper=paper)
    return [("自付费用", _words(old), _words(new))]


def _words(rows: list[tuple[date, str, Decimal, str]]) -> str:
    return "；".join(f"{day:%Y-%m-%d} {what} {amount:,.2f}（{paper}）" for day, what, amount, paper in rows)
