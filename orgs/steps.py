"""What each step of an act asks for before it is taken, what it does, and what it says before it is confirmed."""

from casework import services as casework
from casework.services import Step, accept
from core.errors import UserError
from core.trail import hide_number
from orgs import services
from orgs.models import OrgApplication, OrgState
from orgs.rules import Problem

# -- conditions ----------------------------------------------------------------------


def _refuse(problems: list[Problem], lead: str) -> None:
    if problems:
        raise UserError(f"{lead}：{'；'.join(str(one) for one in problems)}。")


def name_is_free(case: OrgApplication, step: Step) -> None:
    services.lock_register()
    _refuse(services.name_problems(case, step.on), "名称不能核准")


def papers_complete(case: OrgApplication, step: Step) -> None:
    """All papers lie here and the law's conditions are met."""
    missing = services.missing_papers(case)
    if missing:
        raise UserError(
            f"还缺材料：{'、'.join(one.title for one in missing)}；收齐后受理，或一次性告知补正。"
        )
    _refuse(_without_liquidation(case, step), "还不符合登记条件")


def _without_liquidation(case: OrgApplication, step: Step) -> list[Problem]:
    return [] if case.flow == services.OrgFlow.CANCEL else services.problems_of(case, step.on)


def something_missing(case: OrgApplication, step: Step) -> None:
    if not services.missing_papers(case) and len(step.opinion) < 2:
        raise UserError("材料已齐；仍需补正的，请写明补正内容。", field="opinion")


def registrable(case: OrgApplication, step: Step) -> None:
    """At the decision everything is looked at once more, under the lock that the writing holds too."""
    services.lock_register()
    _refuse(services.problems_of(case, step.on), "不能准予登记")


def liquidated(case: OrgApplication, step: Step) -> None:
    _refuse(services.liquidation_problems(case, step.on), "清算还没有完成")


# -- effects ----------------------------------------------------------------------


def do_approve_name(case: OrgApplication, step: Step) -> None:
    case.name_approved_on = step.on


def do_recheck_name(case: OrgApplication, step: Step) -> None:
    case.name_approved_on = None


def do_ask(case: OrgApplication, step: Step) -> None:
    """The notice is given once and keeps what was missing on that day."""
    for paper in services.missing_papers(case):
        step.changes.append((paper.title, "缺", "待补"))


def do_accept(case: OrgApplication, step: Step) -> None:
    accept(case, step.on)


def do_establish(case: OrgApplication, step: Step) -> None:
    organisation = services.register(case, step.actor, step.on)
    case.organisation, case.decided_on = organisation, step.on
    step.changes.append(("统一社会信用代码", "", organisation.credit_code))
    step.changes.append(("登记证书", "", organisation.certificates.get().number))


def do_change(case: OrgApplication, step: Step) -> None:
    case.differences = services.apply_change(case, step.actor, step.on)
    case.decided_on = step.on
    step.changes.extend((label, before, after) for label, before, after in map(_masked, case.differences))


def _masked(change: list[str]) -> tuple[str, str, str]:
    """Identity and phone numbers stay out of the record that everyone reads."""
    label, before, after = change
    return label, hide_number(before), hide_number(after)


def do_cancel(case: OrgApplication, step: Step) -> None:
    assert case.organisation is not None
    services.end_organisation(case.organisation, OrgState.CANCELLED, step.on)
    case.decided_on = step.on


def do_refuse(case: OrgApplication, step: Step) -> None:
    case.decided_on = step.on


# -- what is confirmed ----------------------------------------------------------------------


def confirm_establish(case: OrgApplication) -> str:
    return f"将准予 {case.name}（{case.get_kind_display()}）成立登记，给定统一社会信用代码和登记证书编号。"


def confirm_change(case: OrgApplication) -> str:
    assert case.organisation is not None
    changes = services.differences(case.organisation, {name: getattr(case, name) for name in services.FACTS})
    labels = "、".join(label for label, _, _ in changes)
    return f"将准予 {case.organisation} 变更登记：{labels}；登记证书上的事项有变的，收回原证、换发新证。"


def confirm_cancel(case: OrgApplication) -> str:
    day = casework.today()
    return f"将准予 {case.organisation} 注销登记，自 {day} 起注销；其名称三年内不再使用，登记证书作收缴处理。"


def confirm_refusal(case: OrgApplication) -> str:
    return f"将对 {case.subject} 的申请作出不予登记的决定，理由写入决定书。"
