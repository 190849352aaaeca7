"""The course of an application and of a change that the monthly programmes of 社会救助 have alike, as data.

A trade brings its own stages, what its steps check and do (`steps`, its module of that name), and where a case is
investigated (`back`: the stage that a returned case comes back to).
"""

from collections.abc import Callable
from typing import Any

from casework.models import CaseState
from casework.workflow import Limit, Stage, Transition
from relief.shared.steps import do_accept, do_object, do_settle, not_checking, not_own_hand

CLERK, LEADER, OFFICER = "township_clerk", "township_leader", "bureau_officer"
INTAKE = Stage(
    "intake", "申请受理", CLERK, Limit(1, source="当日受理或一次性告知"), "受理申请", editable=True
)


def closing(granted: str, refused: str = "不予批准") -> tuple[Stage, ...]:
    """The stages in which a case ends, with what a granted and a refused one is called."""
    return (
        Stage("granted", granted, closes=CaseState.GRANTED),
        Stage("refused", refused, closes=CaseState.REFUSED, in_line=False),
        Stage("withdrawn", "已撤回", closes=CaseState.WITHDRAWN, in_line=False),
    )


def intake(steps: Any, start_check: Callable[..., None]) -> tuple[Transition, ...]:
    """受理, 一次性告知补正, 发起核对."""
    return (
        Transition(
            "accept",
            "受理",
            ("intake",),
            "verify",
            (CLERK,),
            steps.ready_to_accept,
            do_accept,
            question="材料齐全",
        ),
        Transition(
            "ask_materials", "一次性告知补正", ("intake",), "", (CLERK,), needs_opinion=True, kind="note"
        ),
        Transition(
            "start_check",
            "发起核对",
            ("verify",),
            "",
            (CLERK,),
            effect=start_check,
            kind="note",
            when=not_checking,
        ),
    )


def opinion(steps: Any, back: str) -> tuple[Transition, ...]:
    """初审 by the township's leader: on to the notice, to the bureau for a refusal, or back."""
    return (
        Transition(
            "agree",
            "同意，转公示",
            ("opinion",),
            "notice",
            (LEADER,),
            steps.eligible_now,
            steps.do_propose,
            needs_opinion=True,
            checker=True,
            question="初审意见",
        ),
        Transition(
            "advise_refusal",
            "建议不予批准，报区局",
            ("opinion",),
            "confirm",
            (LEADER,),
            steps.check_computable,
            steps.do_propose,
            needs_opinion=True,
            checker=True,
        ),
        Transition(
            "return_visit", "退回补充调查", ("opinion",), back, (LEADER,), needs_opinion=True, kind="back"
        ),
    )


def notice(steps: Any, back: str) -> tuple[Transition, ...]:
    """公示: put up, objected to and settled (`_deliberation`), sent up when its days are over."""
    return (
        Transition(
            "post",
            "张贴公示",
            ("notice",),
            "",
            (CLERK,),
            effect=steps.do_post,
            kind="note",
            asks=("place",),
            when=steps.not_posted,
        ),
        *_deliberation(steps, back),
        Transition(
            "send_up",
            "报送区局确认",
            ("notice",),
            "confirm",
            (CLERK,),
            steps.notice_over,
            question="公示结果",
            when=steps.posted,
        ),
    )


def _deliberation(steps: Any, back: str) -> tuple[Transition, ...]:
    """民主评议 of an objection."""
    return (
        Transition(
            "object",
            "有异议，转民主评议",
            ("notice",),
            "deliberation",
            (CLERK,),
            effect=do_object,
            needs_opinion=True,
            kind="note",
            asks=("by",),
            when=steps.posted,
        ),
        Transition(
            "uphold",
            "评议维持初审",
            ("deliberation",),
            "notice",
            (CLERK,),
            effect=do_settle,
            needs_opinion=True,
            kind="note",
            question="评议情况和票数",
        ),
        Transition(
            "reinvestigate",
            "评议后重新调查",
            ("deliberation",),
            back,
            (CLERK,),
            effect=do_settle,
            needs_opinion=True,
            kind="back",
        ),
    )


def decision(steps: Any, back: str, asks: tuple[str, ...] = ()) -> tuple[Transition, ...]:
    """审核确认 by the bureau; `asks`: what the officer says beside an opinion when granting."""
    return (
        Transition(
            "grant",
            "批准",
            ("confirm",),
            "granted",
            (OFFICER,),
            steps.notice_matches,
            steps.do_grant,
            checker=True,
            question="审核意见",
            asks=asks,
            confirm=steps.confirm_grant,
            when=steps.posted,
        ),
        Transition(
            "refuse",
            "不予批准",
            ("confirm",),
            "refused",
            (OFFICER,),
            effect=steps.do_refuse,
            needs_opinion=True,
            checker=True,
            kind="end",
            confirm=steps.confirm_refusal,
        ),
        _send_back(back),
    )


def _send_back(back: str) -> Transition:
    return Transition(
        "send_back",
        "退回补正",
        ("confirm",),
        back,
        (OFFICER,),
        not_own_hand,
        needs_opinion=True,
        kind="back",
    )


def withdrawal(*stages: str) -> Transition:
    """申请人撤回, from these stages."""
    return Transition("withdraw", "申请人撤回", stages, "withdrawn", (CLERK,), needs_opinion=True, kind="end")


def change_stages(limit: Limit) -> tuple[Stage, ...]:
    """变更、停发: entered by the clerk, decided by the bureau within the limit."""
    return (
        Stage("draft", "变更登记", CLERK, Limit(10), "填写并报送", editable=True),
        Stage("confirm", "审核确认", OFFICER, limit, "审核确认"),
        *closing("已执行", "不予变更"),
    )


def change_steps(steps: Any, asks: tuple[str, ...] = ()) -> tuple[Transition, ...]:
    return (
        Transition(
            "submit",
            "报送区局审批",
            ("draft",),
            "confirm",
            (CLERK,),
            steps.change_ready,
            steps.do_propose_change,
            needs_opinion=True,
            question="变更理由",
        ),
        Transition(
            "grant",
            "批准执行",
            ("confirm",),
            "granted",
            (OFFICER,),
            steps.change_ready,
            steps.do_change,
            checker=True,
            question="审批意见",
            asks=asks,
            confirm=steps.confirm_change,
        ),
        Transition(
            "refuse",
            "不予变更",
            ("confirm",),
            "refused",
            (OFFICER,),
            needs_opinion=True,
            checker=True,
            kind="end",
        ),
        _send_back("draft"),
        Transition("withdraw", "撤回", ("draft",), "withdrawn", (CLERK,), needs_opinion=True, kind="end"),
    )
