"""婚姻登记: stages and steps of marriage, divorce and replacement as data.

A divorce that was applied for from 2021-01-01 passes the cooling-off (民法典第1077条); one applied for before goes
straight to its certificate. What opens and ends the issuing window is the calendar (`marriage.services.pass_time`).
"""

from casework.models import CaseState
from casework.workflow import Flow, Limit, Stage, Transition, register
from marriage.models import MarriageCase
from marriage.steps import (
    at_once,
    before_window,
    cools,
    do_end,
    do_issue,
    do_receive,
    may_accept,
    may_issue,
    may_receive,
    may_withdraw,
)

REGISTRAR = "registrar"
LAW = "婚姻登记条例：符合条件的当场登记"
SAME_DAY = Limit(0, "calendar", LAW)

DECLARE = Stage("declare", "申请审查", REGISTRAR, SAME_DAY, "审查并签署声明", editable=True)
COOLING = Stage("cooling", "冷静期")
ISSUE = Stage("issue", "登记发证", REGISTRAR, SAME_DAY, "登记发证")
ENDS = (
    Stage("registered", "已登记", closes=CaseState.GRANTED),
    Stage("refused", "不予登记", closes=CaseState.REFUSED, in_line=False),
    Stage("withdrawn", "已撤回", closes=CaseState.WITHDRAWN, in_line=False),
    Stage("deemed", "视为撤回", closes=CaseState.WITHDRAWN, in_line=False),
)

ACCEPT = Transition(
    "accept",
    "审查通过",
    ("declare",),
    "issue",
    (REGISTRAR,),
    may_accept,
    question="声明已由当事人签名",
    when=at_once,
)
RECEIVE = Transition(
    "receive",
    "受理，出具回执",
    ("declare",),
    "cooling",
    (REGISTRAR,),
    may_receive,
    do_receive,
    question="申请书已由双方签名",
    when=cools,
)
GIVE = Transition("issue", "登记发证", ("issue",), "registered", (REGISTRAR,), may_issue, do_issue)


def _withdraw(*stages: str) -> Transition:
    return Transition(
        "withdraw",
        "当事人撤回",
        stages,
        "withdrawn",
        (REGISTRAR,),
        may_withdraw,
        do_end,
        needs_opinion=True,
        kind="end",
        when=before_window,
    )


REFUSE = Transition(
    "refuse",
    "不予登记",
    ("declare", "issue"),
    "refused",
    (REGISTRAR,),
    effect=do_end,
    needs_opinion=True,
    kind="end",
)


def _flow(
    code: str, name: str, prefix: str, stages: tuple[Stage, ...], steps: tuple[Transition, ...]
) -> Flow:
    return register(
        Flow(
            code,
            name,
            "marriage",
            prefix,
            stages,
            steps,
            "marriage:case",
            lambda: MarriageCase,
            openers=(REGISTRAR,),
        )
    )


SHORT = (DECLARE, ISSUE, *ENDS)
SHORT_STEPS = (ACCEPT, GIVE, REFUSE, _withdraw("declare", "issue"))
LONG_STEPS = (RECEIVE, ACCEPT, GIVE, REFUSE, _withdraw("declare", "cooling", "issue"))
MARRIAGE = _flow("marriage", "结婚登记", "JH", SHORT, SHORT_STEPS)
DIVORCE = _flow("divorce", "离婚登记", "LH", (DECLARE, COOLING, ISSUE, *ENDS), LONG_STEPS)
REPLACEMENT = _flow("replacement", "补领婚姻登记证", "BF", SHORT, SHORT_STEPS)
FLOW_OF = {
    "marriage": "marriage",
    "divorce": "divorce",
    "reissue_marriage": "replacement",
    "reissue_divorce": "replacement",
}
