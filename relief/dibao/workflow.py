"""低保: its stages, steps and time limits as data; what the steps check and do stands in `steps`.

Limits: 《最低生活保障审核确认办法》（民发〔2021〕57号）: economic check begun within 3 working days, notice 7 days,
confirmation within 10 working days, the whole within 30, 45 in hard cases. The bureau overrides them by dated rows.
"""

from casework.workflow import Flow, Limit, Stage, Transition, register
from relief.dibao import steps
from relief.dibao.models import DibaoApplication
from relief.shared import workflow as alike
from relief.shared.steps import checking, do_report, do_start_check, report_is_in
from relief.shared.workflow import CLERK, LEADER, OFFICER

LAW = "《最低生活保障审核确认办法》（民发〔2021〕57号）"
ASKS = ("care_class",)

STAGES = (
    alike.INTAKE,
    Stage("verify", "经济核对", CLERK, Limit(3, source=LAW), "办理核对", editable=True, meets="start_check"),
    Stage("visit", "入户调查", CLERK, Limit(10), "登记入户", editable=True),
    Stage("opinion", "初审", LEADER, Limit(3), "填写初审"),
    Stage("notice", "公示", CLERK, Limit(7, "calendar", LAW), "办理公示"),
    Stage("deliberation", "民主评议", CLERK, Limit(5), "登记评议结果", in_line=False),
    Stage("confirm", "审核确认", OFFICER, Limit(10, source=LAW), "审核确认"),
    *alike.closing("发放"),
)
STEPS = (
    *alike.intake(steps, do_start_check),
    Transition(
        "report",
        "核对报告返回，转入户调查",
        ("verify",),
        "visit",
        (CLERK,),
        report_is_in,
        do_report,
        question="核对结果",
        when=checking,
    ),
    Transition(
        "propose",
        "报送初审",
        ("visit",),
        "opinion",
        (CLERK,),
        steps.visited_and_recognised,
        needs_opinion=True,
        question="调查结论",
    ),
    *alike.opinion(steps, "visit"),
    *alike.notice(steps, "visit"),
    *alike.decision(steps, "visit", ASKS),
    alike.withdrawal("intake", "verify", "visit", "notice", "deliberation"),
)

DIBAO = register(
    Flow(
        "dibao",
        "低保申请",
        "relief",
        "DB",
        STAGES,
        STEPS,
        "relief:application",
        lambda: DibaoApplication,
        whole=Limit(30, source=LAW),
        hard=Limit(45, source=LAW),
        formal="最低生活保障申请",
    )
)

DIBAO_CHANGE = register(
    Flow(
        "dibao_change",
        "低保变更",
        "relief",
        "DBBG",
        alike.change_stages(Limit(10, source=LAW)),
        alike.change_steps(steps, ASKS),
        "relief:application",
        lambda: DibaoApplication,
    )
)
