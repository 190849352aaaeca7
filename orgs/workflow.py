"""The three acts of registration: stages, steps and time limits as data; what they check and do stands in `orgs.steps`.

Limits: decision within 60 days of complete papers (社会团体登记管理条例第十二条,
民办非企业单位登记管理暂行条例第十一条, 基金会管理条例第十一条); the stages' own days are the bureau's promise,
overridden by dated rows of 环节时限.
"""

from casework.models import CaseState
from casework.workflow import Flow, Limit, Stage, Transition, register
from orgs import steps
from orgs.models import OrgApplication, OrgFlow

OFFICER = "bureau_officer"
BY = (OFFICER,)
LAW = "《社会团体登记管理条例》第十二条等：收到全部有效文件之日起60日"
WHOLE = Limit(60, "calendar", LAW)
MAKING = ("open", "approve_name", "accept", "send_up")

_ENDS = (
    Stage("refused", "不予登记", closes=CaseState.REFUSED, in_line=False),
    Stage("withdrawn", "已撤回", closes=CaseState.WITHDRAWN, in_line=False),
)
_PAPERS = Stage("papers", "材料受理", OFFICER, Limit(5), "核收材料", editable=True)
_REVIEW = Stage("review", "审查", OFFICER, Limit(15), "填写审查意见")
_DECIDE = Stage("decide", "决定", OFFICER, Limit(10), "作出决定")


def _ask() -> Transition:
    return Transition(
        "ask_materials",
        "一次性告知补正",
        ("papers",),
        "",
        BY,
        steps.something_missing,
        steps.do_ask,
        kind="note",
    )


def _accept(target: str) -> Transition:
    return Transition(
        "accept",
        "受理",
        ("papers",),
        target,
        BY,
        steps.papers_complete,
        steps.do_accept,
        question="材料齐全、符合条件",
    )


def _send_up(source: str, guard=None) -> Transition:
    return Transition(
        "send_up",
        "报送决定",
        (source,),
        "decide",
        BY,
        guard,
        needs_opinion=True,
        question="审查意见",
    )


def _grant(label: str, guard, effect, confirm, undo="有误的另行办理变更登记。") -> Transition:
    return Transition(
        "grant",
        label,
        ("decide",),
        "granted",
        BY,
        guard,
        effect,
        checker=True,
        apart_from=MAKING,
        question="决定",
        confirm=confirm,
        undo=f"决定作出后不能撤回；{undo}",
    )


def _others(back: str, *sources: str) -> tuple[Transition, ...]:
    """Refuse, give back, withdraw."""
    return (
        Transition(
            "refuse",
            "不予登记",
            ("decide",),
            "refused",
            BY,
            effect=steps.do_refuse,
            needs_opinion=True,
            checker=True,
            apart_from=MAKING,
            kind="end",
            confirm=steps.confirm_refusal,
            undo="申请人可以重新申请。",
        ),
        Transition(
            "return_review",
            "退回重新审查",
            ("decide",),
            back,
            BY,
            needs_opinion=True,
            checker=True,
            apart_from=MAKING,
            kind="back",
        ),
        Transition("withdraw", "申请人撤回", sources, "withdrawn", BY, needs_opinion=True, kind="end"),
    )


ESTABLISH = register(
    Flow(
        OrgFlow.ESTABLISH,
        "社会组织成立登记",
        "orgs",
        "SZ",
        (
            Stage("name", "名称核准", OFFICER, Limit(3), "核准名称", editable=True),
            _PAPERS,
            _REVIEW,
            _DECIDE,
            Stage("granted", "准予登记", closes=CaseState.GRANTED),
            *_ENDS,
        ),
        (
            Transition(
                "approve_name",
                "核准名称",
                ("name",),
                "papers",
                BY,
                steps.name_is_free,
                steps.do_approve_name,
                question="名称合规、没有重名",
            ),
            _ask(),
            Transition(
                "recheck_name",
                "退回更改名称",
                ("papers",),
                "name",
                BY,
                effect=steps.do_recheck_name,
                kind="back",
            ),
            _accept("review"),
            _send_up("review", steps.registrable),
            _grant("准予成立登记", steps.registrable, steps.do_establish, steps.confirm_establish),
            *_others("review", "name", "papers", "review"),
        ),
        url_name="orgs:application",
        model=lambda: OrgApplication,
        whole=WHOLE,
        openers=BY,
        after="发证",
    )
)
CHANGE = register(
    Flow(
        OrgFlow.CHANGE,
        "社会组织变更登记",
        "orgs",
        "BG",
        (
            _PAPERS,
            _REVIEW,
            _DECIDE,
            Stage("granted", "准予变更", closes=CaseState.GRANTED),
            *_ENDS,
        ),
        (
            _ask(),
            _accept("review"),
            _send_up("review", steps.registrable),
            _grant("准予变更登记", steps.registrable, steps.do_change, steps.confirm_change),
            *_others("review", "papers", "review"),
        ),
        url_name="orgs:application",
        model=lambda: OrgApplication,
        whole=WHOLE,
        openers=BY,
        after="换证",
    )
)
CANCEL = register(
    Flow(
        OrgFlow.CANCEL,
        "社会组织注销登记",
        "orgs",
        "ZX",
        (
            _PAPERS,
            Stage("liquidation", "清算", OFFICER, Limit(60, "calendar"), "登记清算", editable=True),
            _DECIDE,
            Stage("granted", "准予注销", closes=CaseState.GRANTED),
            *_ENDS,
        ),
        (
            _ask(),
            _accept("liquidation"),
            _send_up("liquidation", steps.liquidated),
            _grant(
                "准予注销登记",
                steps.liquidated,
                steps.do_cancel,
                steps.confirm_cancel,
                "要继续活动的须重新申请成立登记。",
            ),
            *_others("liquidation", "papers", "liquidation"),
        ),
        url_name="orgs:application",
        model=lambda: OrgApplication,
        openers=BY,
        after="注销",
    )
)
