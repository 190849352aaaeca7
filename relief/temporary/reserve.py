"""The verbs of the reserve ledger: allot a year, top up, pay an advance, take back. Each is one transaction.

The balance is the database's: every entry moves it, and none may take it below zero, whoever comes first.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from benefits.policy import policy_for
from casework.services import today
from core.errors import NotAllowed, UserError
from core.months import month_of
from core.templatetags.ui import money_text
from core.workdays import Calendar
from district.models import Division, DivisionLevel, Line, Role, User
from relief.temporary.models import Advance, AdvanceState, EntryKind, Reserve, ReserveEntry
from relief.temporary.rules import CODE


def setting(key: str, day: date) -> Any:
    """A parameter of 临时救助 in force on that day. UserError when there is none."""
    policy = policy_for(CODE, month_of(day))
    if key not in policy:
        raise UserError(f"{day:%Y-%m} 没有施行的政策参数“{key}”，请在后台管理中补上。")
    return policy[key]


def _bureau(actor: User) -> None:
    if actor.role != Role.BUREAU_OFFICER or Line.RELIEF not in actor.lines:
        raise NotAllowed("备用金由区局救助业务股室拨付。")


def townships() -> Any:
    return Division.objects.filter(level=DivisionLevel.TOWNSHIP, until=None).order_by("code")


@transaction.atomic
def allot(year: int, actor: User, document_number: str, on: date | None = None) -> list[Reserve]:
    """年度下拨: the parameter's amount to every township of the district, by one act; a second time is refused."""
    _bureau(actor)
    day = on or today()
    if day.year != year:
        raise UserError(f"{year} 年的备用金只能在当年下拨。", field="on")
    number = document_number.strip()
    if len(number) < 2:
        raise UserError("请填写拨付文号。", field="document_number")
    # Whoever allots waits here for the other, and then finds it done.
    list(townships().select_for_update(no_key=True))
    done = ReserveEntry.objects.filter(reserve__year=year, kind=EntryKind.ALLOTMENT).first()
    if done:
        raise UserError(f"{year} 年备用金已于 {done.on:%m-%d} 下拨（{done.document_number}），不能再次下拨。")
    amount = Decimal(setting("reserve_allotment", day))
    made = []
    for one in townships():
        reserve, _ = Reserve.objects.get_or_create(township=one, year=year)
        write(reserve, EntryKind.ALLOTMENT, amount, day, actor, document_number=number)
        made.append(reserve)
    return made


@transaction.atomic
def top_up(
    reserve: Reserve,
    amount: Decimal,
    actor: User,
    document_number: str,
    note: str = "",
    on: date | None = None,
) -> ReserveEntry:
    """追加拨付: a transfer of the bureau to one township, under its document number."""
    _bureau(actor)
    day = on or today()
    if amount <= 0:
        raise UserError("追加金额应大于 0。", field="amount")
    if day.year != reserve.year:
        raise UserError(f"这是 {reserve.year} 年的备用金，不能在 {day.year} 年追加。")
    number = document_number.strip()
    if len(number) < 2:
        raise UserError("请填写拨付文号。", field="document_number")
    if reserve.entries.filter(kind=EntryKind.TOP_UP, document_number=number, amount=amount).exists():
        raise UserError(f"文号 {number} 的 {money_text(amount)} 元已经登记过。", field="document_number")
    return write(reserve, EntryKind.TOP_UP, amount, day, actor, document_number=number, note=note)


def write(reserve: Reserve, kind: str, amount: Decimal, day: date, actor: User, **more: Any) -> ReserveEntry:
    """One line of the ledger; the database moves the balance and refuses to go below zero."""
    try:
        with transaction.atomic():
            entry = ReserveEntry.objects.create(
                reserve=reserve, kind=kind, amount=amount, on=day, made_by=actor, **more
            )
    except IntegrityError as error:
        if "reserve_not_below_zero" not in str(error):
            raise
        left = Reserve.objects.get(pk=reserve.pk).balance
        raise UserError(
            f"{reserve.township}备用金余额 {money_text(left)} 元，不够支付 {money_text(-amount)} 元，"
            "请先申请区局追加拨付。"
        ) from error
    entry.refresh_from_db()
    reserve.refresh_from_db()
    return entry


def reserve_of(division: Division, year: int) -> Reserve:
    """The reserve of the township in which a village lies. UserError before the year's money has come."""
    township = division if division.level == DivisionLevel.TOWNSHIP else division.parent
    found = Reserve.objects.filter(township=township, year=year).select_related("township").first()
    if found is None:
        raise UserError(f"{township}还没有 {year} 年的备用金，不能先行救助。")
    return found


def balance_of(division: Division, year: int) -> Decimal | None:
    """What the township of a village has left this year; None before the year's money has come."""
    try:
        return reserve_of(division, year).balance
    except UserError:
        return None


def pay(advance: Advance, actor: User, day: date) -> ReserveEntry:
    """Pay an approved advance out of the township's reserve; in the caller's transaction."""
    case = advance.case
    reserve = reserve_of(case.division, day.year)
    advance.reserve, advance.approved_by, advance.paid_on = reserve, actor, day
    advance.paper_due_on = Calendar().add(day, int(setting("advance_paper_days", day)))
    advance.state = AdvanceState.PAID
    advance.save()
    words = f"{case.number} {case.subject}"
    return write(reserve, EntryKind.ADVANCE, -advance.amount, day, actor, advance=advance, note=words)


@transaction.atomic
def take_back(advance: Advance, actor: User, note: str = "", on: date | None = None) -> ReserveEntry:
    """追回: what the township got back of an advance goes into the reserve it came from."""
    day = on or today()
    row = (
        Advance.objects.select_for_update(of=("self",))
        .select_related("case__division", "reserve")
        .get(pk=advance.pk)
    )
    if actor.role != Role.TOWNSHIP_CLERK or not str(row.case.division_id).startswith(actor.division_id):
        raise NotAllowed("先行救助由付款的乡镇（街道）经办人追回。")
    if row.state != AdvanceState.TO_RECOVER:
        raise UserError("这笔先行救助没有待追回的金额。")
    if day < row.paid_on:  # type: ignore[operator]
        raise UserError("追回日期不能早于付款日期。", field="on")
    row.state, row.recovered_on = AdvanceState.RECOVERED, day
    row.save(update_fields=["state", "recovered_on"])
    assert row.reserve is not None
    words = note.strip() or f"{row.case.number} {row.case.subject}"
    return write(row.reserve, EntryKind.RETURNED, row.to_recover, day, actor, advance=row, note=words[:200])
