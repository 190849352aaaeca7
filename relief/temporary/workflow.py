"""临时救助: its stages, steps and time limits as data; what the steps check and do stands in `relief.temporary.steps`.

Two flows over one table of steps, because the limits differ: 急难型 is answered within 24 hours and its papers follow
(国发〔2014〕47号), 支出型 within 20 working days with a notice in the village. The bureau overrides them by dated rows.
"""

from casework.workflow import Flow, Limit, Stage, Transition, register
from relief.shared.workflow import CLERK, INTAKE, LEADER, OFFICER, closing
from relief.temporary import steps
from relief.temporary.models import TemporaryApplication
from relief.temporary.rules import LAW

DAY = Limit(1, "calendar", f"{LAW}：急难型 24 小时内先行救助")
ONE_OFF = "一次性发放，批准后不再变更；没有锁定的批次里可以暂缓发放。"

CLOSED = closing("已批准")
URGENT_STAGES = (
    Stage("intake", "申请受理", CLERK, DAY, "受理申请", editable=True),
    Stage("visit", "调查、补齐手续", CLERK, DAY, "调查并报送", editable=True),
    Stage("advance", "先行救助审批", LEADER, DAY, "审批先行救助", in_line=False),
    Stage("opinion", "初审", LEADER, DAY, "填写初审"),
    Stage("confirm", "审核确认", OFFICER, DAY, "审核确认"),
    *CLOSED,
)
STAGES = (
    INTAKE,
    Stage("visit", "调查核实", CLERK, Limit(10), "登记入户并报送", editable=True),
    Stage("opinion", "初审", LEADER, Limit(3), "填写初审"),
    Stage("notice", "公示", CLERK, Limit(3, "calendar"), "办理公示"),
    Stage("delegated", "受委托审批", LEADER, Limit(3), "审批", in_line=False),
    Stage("confirm", "审核确认", OFFICER, Limit(5), "审核确认"),
    *CLOSED,
)

BEGIN = (
    Transition(
        "accept",
        "受理",
        ("intake",),
        "visit",
        (CLERK,),
        steps.computable,
        steps.do_accept,
        question="材料齐全",
    ),
    Transition("ask_materials", "一次性告知补正", ("intake",), "", (CLERK,), needs_opinion=True, kind="note"),
    Transition(
        "send_in",
        "手续齐全，报送初审",
        ("visit",),
        "opinion",
        (CLERK,),
        steps.papers_complete,
        steps.do_send_in,
        needs_opinion=True,
        question="调查结论",
    ),
)
ADVANCE = (
    Transition(
        "propose_advance",
        "提出先行救助",
        ("visit",),
        "advance",
        (CLERK,),
        steps.may_advance,
        steps.do_propose_advance,
        needs_opinion=True,
        asks=("advance_amount",),
        when=steps.no_advance,
    ),
    Transition(
        "approve_advance",
        "同意，当即付款",
        ("advance",),
        "visit",
        (LEADER,),
        effect=steps.do_pay_advance,
        checker=True,
        question="先行救助",
        confirm=steps.confirm_advance,
        undo="付款后不能撤回；区局不批准的，由乡镇（街道）追回。",
    ),
    Transition(
        "turn_down_advance",
        "不同意先行救助",
        ("advance",),
        "visit",
        (LEADER,),
        effect=steps.do_turn_down_advance,
        needs_opinion=True,
        checker=True,
        kind="back",
    ),
)
TO_BUREAU = Transition(
    "agree",
    "同意，报区局确认",
    ("opinion",),
    "confirm",
    (LEADER,),
    steps.eligible,
    steps.do_propose,
    needs_opinion=True,
    checker=True,
    question="初审意见",
    when=steps.to_bureau,
)
NOTICE = (
    Transition(
        "publish",
        "同意，转公示",
        ("opinion",),
        "notice",
        (LEADER,),
        steps.eligible,
        steps.do_propose,
        needs_opinion=True,
        checker=True,
        question="初审意见",
        when=steps.notice_needed,
    ),
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
    Transition(
        "send_leader",
        "报送受委托审批",
        ("notice",),
        "delegated",
        (CLERK,),
        steps.notice_over,
        when=steps.posted_small,
    ),
    Transition(
        "objected",
        "有异议，重新调查",
        ("notice",),
        "visit",
        (CLERK,),
        effect=steps.do_return,
        needs_opinion=True,
        kind="back",
        when=steps.posted,
    ),
)


def _township(here: tuple[str, ...]) -> tuple[Transition, ...]:
    """What the township's leader decides at these stages: its own within its delegation, else an opinion."""
    return (
        Transition(
            "grant_here",
            "批准（受委托）",
            here,
            "granted",
            (LEADER,),
            steps.within_delegation,
            steps.do_grant,
            needs_opinion=True,
            checker=True,
            question="审批意见",
            confirm=steps.confirm_grant,
            undo=ONE_OFF,
            when=steps.decided_at_once,
        ),
        Transition(
            "advise_refusal",
            "建议不予批准，报区局",
            here,
            "confirm",
            (LEADER,),
            steps.computable,
            steps.do_advise_refusal,
            needs_opinion=True,
            checker=True,
        ),
        Transition(
            "return_visit",
            "退回补充调查",
            here,
            "visit",
            (LEADER,),
            effect=steps.do_return,
            needs_opinion=True,
            kind="back",
        ),
    )


BUREAU = (
    Transition(
        "grant",
        "批准",
        ("confirm",),
        "granted",
        (OFFICER,),
        steps.as_proposed,
        steps.do_grant,
        checker=True,
        question="审核意见",
        confirm=steps.confirm_grant,
        undo=ONE_OFF,
        when=steps.can_grant,
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
    Transition(
        "send_back",
        "退回补正",
        ("confirm",),
        "visit",
        (OFFICER,),
        effect=steps.do_return,
        needs_opinion=True,
        checker=True,
        kind="back",
    ),
    Transition(
        "withdraw",
        "申请人撤回",
        ("intake", "visit"),
        "withdrawn",
        (CLERK,),
        steps.no_money_out,
        needs_opinion=True,
        kind="end",
    ),
)


TEMPORARY = register(
    Flow(
        "temporary",
        "临时救助（支出型）",
        "relief",
        "LS",
        STAGES,
        (*BEGIN, *NOTICE, TO_BUREAU, *_township(("opinion", "delegated")), *BUREAU),
        "relief:temporary_case",
        lambda: TemporaryApplication,
        whole=Limit(20, source="20 个工作日"),
        formal="支出型临时救助申请",
    )
)
TEMPORARY_URGENT = register(
    Flow(
        "temporary_urgent",
        "临时救助（急难型）",
        "relief",
        "LS",
        URGENT_STAGES,
        (*BEGIN, *ADVANCE, TO_BUREAU, *_township(("opinion",)), *BUREAU),
        "relief:temporary_case",
        lambda: TemporaryApplication,
        whole=DAY,
        formal="急难型临时救助申请",
    )
)
