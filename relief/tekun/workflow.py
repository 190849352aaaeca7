"""特困: its stages, steps and time limits as data; what the steps check and do stands in `steps`.

Limits: 《特困人员认定办法》（民发〔2021〕43号）: the township's check within 15 working days of acceptance, notice
7 days, the bureau's confirmation within 15 working days. The bureau overrides them by dated rows.
"""

from casework.workflow import Flow, Limit, Stage, Transition, register
from relief.shared import workflow as alike
from relief.shared.workflow import CLERK, LEADER, OFFICER
from relief.tekun import steps
from relief.tekun.models import TekunApplication

LAW = "《特困人员认定办法》（民发〔2021〕43号）"

STAGES = (
    alike.INTAKE,
    Stage("verify", "调查核实", CLERK, Limit(15, source=LAW), "核对、入户、评估", editable=True),
    Stage("opinion", "初审", LEADER, Limit(3), "填写初审"),
    Stage("notice", "公示", CLERK, Limit(7, "calendar", LAW), "办理公示"),
    Stage("deliberation", "民主评议", CLERK, Limit(5), "登记评议结果", in_line=False),
    Stage("confirm", "审核确认", OFFICER, Limit(15, source=LAW), "审核确认"),
    *alike.closing("供养"),
)
STEPS = (
    *alike.intake(steps, steps.do_start_check),
    Transition(
        "report",
        "登记核对报告",
        ("verify",),
        "",
        (CLERK,),
        effect=steps.do_report,
        kind="note",
        question="核对结果",
        when=steps.not_reported,
    ),
    Transition(
        "propose",
        "报送初审",
        ("verify",),
        "opinion",
        (CLERK,),
        steps.investigated,
        needs_opinion=True,
        question="调查结论",
        when=steps.reported,
    ),
    *alike.opinion(steps, "verify"),
    *alike.notice(steps, "verify"),
    *alike.decision(steps, "verify"),
    alike.withdrawal("intake", "verify", "notice", "deliberation"),
)

TEKUN = register(
    Flow(
        "tekun",
        "特困申请",
        "relief",
        "TK",
        STAGES,
        STEPS,
        "relief:tekun_case",
        lambda: TekunApplication,
        after="供养",
        formal="特困人员救助供养申请",
    )
)

TEKUN_CHANGE = register(
    Flow(
        "tekun_change",
        "特困变更",
        "relief",
        "TKBG",
        alike.change_stages(Limit(15, source=LAW)),
        alike.change_steps(steps),
        "relief:tekun_case",
        lambda: TekunApplication,
    )
)
