"""高龄津贴 and 长寿金: stages, steps and time limits as data; what the steps check and do stands in `elderly.steps`.

Lists are decided in one act (`elderly.services.deciding`); every row can be decided by itself as well. Limits: ○ common
practice (乡镇 5 个工作日确认, 区局 10 个工作日审批); the bureau overrides them by dated rows.
"""

from casework.models import CaseState
from casework.workflow import Flow, Limit, Stage, Transition, register
from elderly.models import AllowanceApplication
from elderly.steps import (
    alive,
    confirm_end,
    confirm_grant,
    confirm_refusal,
    do_end,
    do_grant,
    do_refuse,
    do_take_out,
    following,
    grantable,
)

CLERK, OFFICER = "township_clerk", "bureau_officer"

ALLOWANCE_FLOW = register(
    Flow(
        "allowance",
        "高龄津贴",
        "elderly",
        "GL",
        (
            Stage("listed", "乡镇确认", CLERK, Limit(5), "确认名单"),
            Stage("confirm", "区局审批", OFFICER, Limit(10), "审批名单"),
            Stage("granted", "发放", closes=CaseState.GRANTED),
            Stage("refused", "不予批准", closes=CaseState.REFUSED, in_line=False),
            Stage("out", "已移出名单", closes=CaseState.WITHDRAWN, in_line=False),
        ),
        (
            Transition(
                "confirm",
                "确认，报区局",
                ("listed",),
                "confirm",
                (CLERK,),
                alive,
                following(),
                question="本人在世、户籍在本地、账户无误",
            ),
            Transition(
                "take_out",
                "移出名单",
                ("listed",),
                "out",
                (CLERK,),
                effect=following(do_take_out),
                kind="end",
                asks=("out_reason",),
            ),
            Transition(
                "grant",
                "批准",
                ("confirm",),
                "granted",
                (OFFICER,),
                grantable,
                following(do_grant),
                checker=True,
                question="审批意见",
                confirm=confirm_grant,
            ),
            Transition(
                "refuse",
                "不予批准",
                ("confirm",),
                "refused",
                (OFFICER,),
                effect=following(do_refuse),
                needs_opinion=True,
                checker=True,
                kind="end",
                confirm=confirm_refusal,
            ),
            Transition(
                "send_back",
                "退回乡镇",
                ("confirm",),
                "listed",
                (OFFICER,),
                effect=following(),
                needs_opinion=True,
                kind="back",
            ),
        ),
        "elderly:application",
        lambda: AllowanceApplication,
        by_list=True,
    )
)

ENDING_FLOW = register(
    Flow(
        "allowance_end",
        "高龄津贴停发",
        "elderly",
        "GLTF",
        (
            Stage("listed", "乡镇核实", CLERK, Limit(5), "核实停发"),
            Stage("confirm", "区局审批", OFFICER, Limit(10), "审批停发"),
            Stage("granted", "已停发", closes=CaseState.GRANTED),
            Stage("out", "不停发", closes=CaseState.WITHDRAWN, in_line=False),
        ),
        (
            Transition(
                "confirm",
                "核实无误，报区局",
                ("listed",),
                "confirm",
                (CLERK,),
                effect=following(),
                question="死亡或迁出属实",
            ),
            Transition(
                "take_out",
                "登记有误，不停发",
                ("listed",),
                "out",
                (CLERK,),
                effect=following(do_take_out),
                needs_opinion=True,
                kind="end",
            ),
            Transition(
                "grant",
                "批准停发",
                ("confirm",),
                "granted",
                (OFFICER,),
                effect=following(do_end),
                checker=True,
                question="审批意见",
                confirm=confirm_end,
            ),
            Transition(
                "send_back",
                "退回乡镇",
                ("confirm",),
                "listed",
                (OFFICER,),
                effect=following(),
                needs_opinion=True,
                kind="back",
            ),
        ),
        "elderly:application",
        lambda: AllowanceApplication,
        by_list=True,
    )
)
