"""Making way for what is granted: what the compatibility matrix says is replaced or ended by it ends in the same
transaction, with the month before; what it bars is refused with its cell.

Where other persons stay covered by what is replaced (a household), the person has to be taken out of it, and how that
is reckoned is the affair of the service line, which registers a verb for its programmes.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from benefits.compatibility import families
from benefits.ending import end_entitlement
from benefits.models import EndReason, Entitlement, Programme
from casework.models import CaseEvent
from core.errors import UserError
from core.months import add_months, format_month
from registry.models import Person

if TYPE_CHECKING:
    from benefits.conflicts import HeldConflict

# leave(entitlement, person, from_month, reason, actor, event): the household's entitlement goes on from that month
# without the person, reckoned anew; UserError when that can't be done or leaves nothing to grant.
Leave = Callable[[Entitlement, Person, date, str, Any, Any], Entitlement]
# foresee(entitlement, person, from_month): what that will come to, in a sentence without its full stop.
Foresee = Callable[[Entitlement, Person, date], str]


@dataclass(frozen=True)
class Leaving:
    leave: Leave
    foresee: Foresee | None


_leaving: dict[str, Leaving] = {}


def register_leaving(programme_code: str, leave: Leave, foresee: Foresee | None = None) -> None:
    """How a person is taken out of a household's entitlement of that programme; declared when the program starts."""
    _leaving[programme_code] = Leaving(leave, foresee)


def stays_with_others(held: Entitlement, person: Person) -> bool:
    """Whether the entitlement covers more than this person."""
    return held.members.exclude(person=person).exists()


def foresee(held: Entitlement, person: Person, asked: Programme, month: date) -> str:
    """What granting `asked` from `month` will do to what is held, in words."""
    begins = format_month(month)
    if not stays_with_others(held, person):
        return f"批准{asked}时，{held.programme}同时停发，自 {begins} 起不再发放"
    verb = _leaving.get(held.programme_id)
    if verb is None:
        return f"批准{asked}以前，先办理{held.programme}变更，使{person}自 {begins} 起退出"
    if verb.foresee is None:
        return f"批准{asked}时，{person}自 {begins} 起退出{held.programme}，其余成员重新核定"
    return verb.foresee(held, person, month)


def make_way(
    found: Iterable["HeldConflict"],
    asked: Programme,
    first_month: date,
    *,
    amount: Any,
    known: Collection[str],
    actor: Any = None,
    event: Any = None,
) -> list[Entitlement]:
    """End or change what stands in the way of `asked` from `first_month` on, within the caller's transaction.

    `known`: the programme codes that the decision's assessment named as held. What came in between is never ended
    unseen: UserError, as for what the matrix bars and for the lower of two of which only the higher is paid. Gives the
    rows that now carry the ending or the household's new amount.
    """
    by_holding: dict[tuple[int, int, str], list[HeldConflict]] = defaultdict(list)
    for one in found:
        if one.verdict == "difference":
            continue
        if one.bars:
            raise UserError(one.sentence)
        if one.held.programme_id not in known:
            raise UserError(f"{one.sentence}测算时还没有这一项，请重新测算后再批准。")
        if one.verdict == "higher" and amount <= one.held.monthly_amount:
            raise UserError(one.sentence)
        by_holding[one.person.pk, one.held.beneficiary_id, one.held.programme_id].append(one)
    return [_step_aside(rows, asked, first_month, actor, event) for rows in by_holding.values()]


def _step_aside(
    rows: list["HeldConflict"], asked: Programme, first: date, actor: Any, event: Any
) -> Entitlement:
    """One holding of one person, perhaps with a later change already decided (`rows`, oldest first)."""
    newest, person = rows[-1].held, rows[-1].person
    reason = EndReason.TO_TEKUN if families().get(asked.pk) == "tekun" else EndReason.REPLACED
    words = f"{person}自 {format_month(first)} 起享受{asked}"
    if not stays_with_others(newest, person):
        done = end_entitlement(newest, add_months(first, -1), reason, words, actor, event=event)
        _note(event, actor, f"同时停发{newest.programme}", f"{words}，{newest.programme}自同月起停发。")
        return done
    verb = _leaving.get(newest.programme_id)
    if verb is None:
        raise UserError(f"{rows[-1].sentence}")
    if len(rows) > 1:
        raise UserError(
            f"{rows[-1].since}，这份{newest.programme}已定于 {format_month(newest.first_month)} 起变更，"
            f"请先在该变更里让{person}退出，再批准{asked}。"
        )
    done = verb.leave(newest, person, max(first, newest.first_month), words, actor, event)
    _note(
        event,
        actor,
        f"同时变更{newest.programme}",
        f"{words}，退出{newest.programme}：{newest.persons} 人每月 {newest.monthly_amount:,.2f} 元 → "
        f"{done.persons} 人每月 {done.monthly_amount:,.2f} 元。",
    )
    return done


def _note(event: Any, actor: Any, label: str, words: str) -> None:
    """Into the record of the case that decided it."""
    if event is None:
        return
    CaseEvent.objects.create(
        case_id=event.case_id,
        at=event.at,
        actor=actor or event.actor,
        action="made_way",
        label=label[:40],
        from_stage="",
        to_stage="",
        opinion=words,
        changes=[],
        version=event.version,
    )
