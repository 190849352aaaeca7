"""换届、补选、罢免 as data. Due dates are computed from polling day (`grassroots.rules`), not from the stage."""

from casework.models import CaseState
from casework.workflow import Flow, Stage, Transition, register
from grassroots import steps
from grassroots.models import Election, Recall

CLERK, LEADER, OFFICER = "township_clerk", "township_leader", "bureau_officer"
FILED = "备案后成员即登记在册；有误的退回乡镇（街道）核实后再备案，此后变动办理补选或罢免。"
RECALLED = "备案后不能撤回，缺额办理补选。"
BEFORE_RESULT = ("commission", "register", "objection", "nominate", "review", "poll")

STAGES = (
    Stage("commission", "选举委员会", CLERK, next_label="登记选举委员会", editable=True),
    Stage("register", "选民登记", CLERK, next_label="公布选民名单", editable=True),
    Stage("objection", "名单公示", CLERK, next_label="处理申诉、确定名单", editable=True),
    Stage("nominate", "候选人提名", CLERK, next_label="登记候选人", editable=True),
    Stage("review", "资格联审", CLERK, next_label="联审、公布候选人", editable=True),
    Stage("poll", "投票计票", CLERK, next_label="登记计票", editable=True),
    Stage("confirm", "结果确认", LEADER, next_label="确认结果"),
    Stage("filing", "区局备案", OFFICER, next_label="办理备案"),
    Stage("handover", "工作移交", CLERK, next_label="登记移交"),
    Stage("certificate", "证书换发", OFFICER, next_label="换发证书"),
    Stage("done", "已完成", closes=CaseState.CLOSED),
    Stage("cancelled", "已终止", closes=CaseState.WITHDRAWN, in_line=False),
)


def _on(action, label, source, target, key, guard, question, asks=("done_on",), effect=None):
    return Transition(
        action,
        label,
        (source,),
        target,
        (CLERK,),
        guard,
        effect or steps.dated(key),
        question=question,
        asks=asks,
    )


STEPS = (
    _on(
        "form_commission",
        "选举委员会产生，转选民登记",
        "commission",
        "register",
        "commission_on",
        steps.commission_ready,
        "推选产生日期",
    ),
    _on(
        "publish_roll",
        "公布选民名单",
        "register",
        "objection",
        "roll_on",
        steps.roll_ready,
        "名单公布",
        ("done_on", "voters"),
        steps.publish_roll,
    ),
    Transition(
        "close_roll",
        "名单确定，转候选人提名",
        ("objection",),
        "nominate",
        (CLERK,),
        steps.roll_final,
        steps.reckon,
        question="申诉期满",
    ),
    _on(
        "close_nomination",
        "提名结束，转资格联审",
        "nominate",
        "review",
        "nominated_on",
        steps.nominated,
        "提名结束日期",
    ),
    _on(
        "publish_candidates",
        "公布正式候选人",
        "review",
        "poll",
        "candidates_on",
        steps.candidates_ready,
        "正式候选人公布",
    ),
    Transition(
        "submit_result",
        "报送选举结果",
        ("poll",),
        "confirm",
        (CLERK,),
        steps.result_ready,
        steps.submit_result,
        question="结果已当场公布",
        asks=("vacancy_note",),
    ),
    Transition(
        "confirm_result",
        "确认结果，报区局备案",
        ("confirm",),
        "filing",
        (LEADER,),
        effect=steps.confirm_result,
        checker=True,
        question="确认选举结果",
    ),
    Transition(
        "return_count",
        "退回核对计票",
        ("confirm",),
        "poll",
        (LEADER,),
        effect=steps.back_to_count,
        needs_opinion=True,
        kind="back",
    ),
    Transition(
        "file_county",
        "备案",
        ("filing",),
        "handover",
        (OFFICER,),
        effect=steps.file_county,
        question="区局备案",
        confirm=steps.confirm_filing,
        undo=FILED,
    ),
    Transition(
        "return_township",
        "退回乡镇（街道）核实",
        ("filing",),
        "confirm",
        (OFFICER,),
        effect=steps.reckon,
        needs_opinion=True,
        kind="back",
    ),
    _on(
        "hand_over",
        "移交完成",
        "handover",
        "certificate",
        "handover_on",
        steps.handover_ready,
        "印章、档案、账目移交",
    ),
    Transition(
        "renew_certificate",
        "换发证书，办结",
        ("certificate",),
        "done",
        (OFFICER,),
        effect=steps.renew_certificate,
        question="统一社会信用代码证书",
        asks=("credit_code", "valid_from", "valid_until"),
    ),
    Transition(
        "postpone",
        "变更投票日",
        BEFORE_RESULT,
        "",
        (OFFICER,),
        effect=steps.postpone,
        needs_opinion=True,
        kind="note",
        asks=("polling_day",),
    ),
    Transition("cancel", "终止选举", BEFORE_RESULT, "cancelled", (OFFICER,), needs_opinion=True, kind="end"),
)

ELECTION = register(
    Flow(
        "election",
        "村居换届",
        "grassroots",
        "HJ",
        STAGES,
        STEPS,
        "grassroots:election",
        lambda: Election,
        openers=(OFFICER,),
    )
)

# A by-election is the same without certificate: the code stays, and who signs is on the committee's page.
BY_ELECTION = register(
    Flow(
        "by_election",
        "村居补选",
        "grassroots",
        "BX",
        tuple(one for one in STAGES if one.code != "certificate"),
        tuple(
            one
            if one.action != "hand_over"
            else _on(
                "hand_over",
                "移交完成，办结",
                "handover",
                "done",
                "handover_on",
                steps.handover_ready,
                "工作移交",
            )
            for one in STEPS
            if one.action != "renew_certificate"
        ),
        "grassroots:election",
        lambda: Election,
    )
)

RECALL = register(
    Flow(
        "recall",
        "罢免",
        "grassroots",
        "BM",
        (
            Stage("vote", "组织表决", CLERK, next_label="登记表决", editable=True),
            Stage("confirm", "结果确认", LEADER, next_label="确认结果"),
            Stage("filing", "区局备案", OFFICER, next_label="办理备案"),
            Stage("done", "已办结", closes=CaseState.CLOSED),
            Stage("withdrawn", "已撤回", closes=CaseState.WITHDRAWN, in_line=False),
        ),
        (
            Transition(
                "record_vote",
                "登记表决结果",
                ("vote",),
                "confirm",
                (CLERK,),
                effect=steps.record_vote,
                question="表决结果",
                asks=("done_on", "voters", "cast", "favour", "against"),
            ),
            Transition(
                "confirm_recall",
                "确认结果，报区局备案",
                ("confirm",),
                "filing",
                (LEADER,),
                effect=steps.confirm_recall,
                checker=True,
                question="确认表决结果",
            ),
            Transition(
                "return_vote", "退回核对", ("confirm",), "vote", (LEADER,), needs_opinion=True, kind="back"
            ),
            Transition(
                "file_recall",
                "备案",
                ("filing",),
                "done",
                (OFFICER,),
                effect=steps.file_recall,
                question="区局备案",
                confirm=steps.confirm_recall_filing,
                undo=RECALLED,
            ),
            Transition(
                "withdraw", "提请人撤回", ("vote",), "withdrawn", (CLERK,), needs_opinion=True, kind="end"
            ),
        ),
        "grassroots:recall",
        lambda: Recall,
    )
)
