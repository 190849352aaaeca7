"""What the steps of a marriage case ask for before they are taken, and what they do."""

from datetime import date
from typing import Any

from benefits.policy import parameter
from casework.services import Step
from core.errors import UserError
from core.months import month_of
from core.workdays import Calendar
from marriage import certificates, periods, rules, status
from marriage.models import FileState, Kind, MarriageCase, Registration


def file_of(case: MarriageCase) -> Registration:
    """The case's file, its row locked until the transaction ends."""
    return (
        Registration.objects.select_for_update(of=("self",))
        .select_related("office")
        .get(pk=case.registration_id)
    )


def check_law(case: MarriageCase, step: Step) -> None:
    """Nothing that blocks stands against the act today. The rows of both persons are locked until it is written, so
    that nobody is married twice in the same moment."""
    file = file_of(case)
    status.lock_persons(file.parties.values_list("person_id", flat=True))
    refuse_blocks(rules.checks(status.facts_of(file, step.on)))


def may_accept(case: MarriageCase, step: Step) -> None:
    """Straight to the certificate: not for a divorce that has to cool off."""
    if cools(case):
        raise UserError("2021-01-01 起申请的离婚登记须经冷静期（民法典第1077条），请先受理并出具回执。")
    check_law(case, step)


def may_receive(case: MarriageCase, step: Step) -> None:
    """The receipt of a divorce under the Civil Code."""
    if not cools(case):
        raise UserError("2021-01-01 前申请的离婚登记没有冷静期，审查后当日发证。")
    check_law(case, step)


def may_withdraw(case: MarriageCase, step: Step) -> None:
    """Within the cooling-off either party may withdraw; after it, who does not come has withdrawn."""
    if not before_window(case):
        raise UserError("冷静期已满，不再办理撤回；发证期内双方没有共同来领证的，视为撤回申请。")


def refuse_blocks(found: list[rules.Check]) -> None:
    """UserError that names everything that blocks."""
    against = rules.blocks(found)
    if against:
        raise UserError("不能办理：" + "；".join(f"{one.text}（{one.basis}）" for one in against) + "。")


def may_issue(case: MarriageCase, step: Step) -> None:
    """The law, the day not closed, and for a divorce since 2021 a day inside its issuing window."""
    check_law(case, step)
    file = file_of(case)
    if file.kind != Kind.DIVORCE or file.cooling_off_ends is None:
        return
    if step.on <= file.cooling_off_ends:
        raise UserError(
            f"冷静期至 {file.cooling_off_ends:%Y-%m-%d}，次日起方可发给离婚证（民法典第1077条）。"
        )
    until = file.window_until or periods.period_end(file.cooling_off_ends, window_days(step.on), Calendar())
    if step.on > until:
        raise UserError(f"发证期至 {until:%Y-%m-%d}，已经视为撤回离婚登记申请（民法典第1077条）。")


def cooling_days(day: date) -> int:
    return int(parameter("marriage.cooling_off_days", month_of(day)))


def window_days(day: date) -> int:
    return int(parameter("marriage.window_days", month_of(day)))


def days_from(receipt: date) -> periods.Cooling:
    """Cooling-off and window of a receipt, by the calendar as it is known now."""
    return periods.cooling(receipt, Calendar(), cooling_days(receipt), window_days(receipt))


def cools(case: Any) -> bool:
    """Whether this divorce goes through the cooling-off: the day of its application decides."""
    file = case.registration
    return file.kind == Kind.DIVORCE and periods.cooling_off_applies(file.applied_on)


def at_once(case: Any) -> bool:
    return not cools(case)


def no_receipt(case: Any) -> bool:
    return case.registration.receipt_on is None


def before_window(case: Any) -> bool:
    """Withdrawing is for the time before the window; in it, who doesn't come has withdrawn."""
    return case.stage != "issue" or case.registration.receipt_on is None


def do_receive(case: MarriageCase, step: Step) -> None:
    """The receipt: the days are computed, kept, and told."""
    file, days = file_of(case), days_from(step.on)
    set_days(file, step.on, days)
    file.save()
    case.due_on = days.ends


def set_days(file: Registration, receipt: date, days: periods.Cooling) -> None:
    file.receipt_on, file.cooling_off_ends = receipt, days.ends
    file.window_from, file.window_until = days.window_from, days.window_until


def do_issue(case: MarriageCase, step: Step) -> None:
    """登记: the number is taken and the act stands in the register from this day."""
    file = file_of(case)
    given = certificates.give(file, step.actor, step.on)
    if file.cooling_off_ends and file.window_until is None:
        file.window_until = periods.period_end(file.cooling_off_ends, window_days(step.on), Calendar())
    file.registered_on, file.state, file.registrar = step.on, FileState.REGISTERED, step.actor
    file.save()
    step.changes.append(("证件字号", "", given.number))


def do_end(case: MarriageCase, step: Step) -> None:
    """Withdrawn or refused: the file stays, without an act."""
    file = file_of(case)
    file.state = FileState.ENDED
    file.save(update_fields=["state"])
