"""What each single step asks for and does. A list does the same for many (`elderly.services.deciding`)."""

from casework.services import Step
from casework.workflow import Effect
from core.errors import UserError
from core.months import format_month
from core.templatetags.ui import money_text
from elderly.models import AllowanceApplication, OutReason
from elderly.services.deciding import release
from elderly.services.granting import check_rows, end_rows, grant_rows
from elderly.services.rows import lock_township, refresh


def alive(case: AllowanceApplication, step: Step) -> None:
    """Nobody confirms that a dead person is alive."""
    person = case.person
    if person is not None and person.death_date:
        raise UserError(f"{person.name}已登记死亡（{person.death_date:%Y-%m-%d}），请移出名单。")


def grantable(case: AllowanceApplication, step: Step) -> None:
    """Old enough, alive, here, holding nothing that stands in the way."""
    problems = check_rows([case]).problems
    if problems:
        raise UserError(f"不能批准：{problems[0][1]}。")


def do_grant(case: AllowanceApplication, step: Step) -> None:
    ready = check_rows([case], step.actor)
    if ready.problems:
        raise UserError(f"不能批准：{ready.problems[0][1]}。")
    assert step.event is not None
    grant_rows(ready, {case.pk: step.event}, step.actor, step.on)


def do_refuse(case: AllowanceApplication, step: Step) -> None:
    """Keep what the formula said of the application, and let go what waited for it."""
    found = check_rows([case], step.actor).assessments.get(case.pk)
    if found is not None:
        found.save()
        case.decision = found
    case.decided_on = step.on
    release([case], "不予批准")


def do_end(case: AllowanceApplication, step: Step) -> None:
    assert step.event is not None
    end_rows([case], {case.pk: step.event}, step.actor, step.on)


def do_take_out(case: AllowanceApplication, step: Step) -> None:
    reason = step.data.get("out_reason") or OutReason.MISTAKE
    if reason not in OutReason.values:
        raise UserError("请选择移出原因。", field="out_reason")
    case.out_reason = reason
    release([case], f"移出：{OutReason(reason).label}")


def following(effect: Effect | None = None) -> Effect:
    """The effect, and the list of the case brought up to date with it."""

    def do(case: AllowanceApplication, step: Step) -> None:
        lock_township(case.division_id)
        if effect is not None:
            effect(case, step)
        if case.batch is not None:
            case.save()
            refresh(case.batch)

    return do


def confirm_grant(case: AllowanceApplication) -> str:
    return (
        f"批准 {case.subject} 自 {format_month(case.first_month)} 起享受{case.programme}，"
        f"每月 {money_text(case.monthly_amount)} 元。"
    )


def confirm_refusal(case: AllowanceApplication) -> str:
    problems = check_rows([case]).problems
    why = f"理由：{problems[0][1]}。" if problems else ""
    return f"不予批准 {case.subject} 的{case.programme}申请。{why}"


def confirm_end(case: AllowanceApplication) -> str:
    return (
        f"自 {format_month(case.first_month)} 起停发 {case.subject} 的{case.programme}"
        f"（每月 {money_text(case.monthly_amount)} 元），原因：{case.get_end_reason_display()}。"
    )
