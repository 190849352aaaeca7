"""决定通知书 of 低保: granted, refused with every reason, changed, ended."""

from typing import Any

from benefits.words import breakdown
from casework.documents import Paper, register
from core.months import add_months
from core.templatetags.ui import money_text, month_words
from relief.dibao.models import ChangeKind, DibaoApplication
from relief.shared.letters import REMEDY, reasons_of

Part = str | list[list[str]]


def formal(programme: Any) -> str:
    """The programme as papers name it: 农村最低生活保障."""
    return str(programme.name).replace("低保", "最低生活保障")


def sum_table(assessment: Any) -> list[list[str]]:
    """The sum as a table that a pocket calculator can repeat."""
    rows = [["项目", "算式", "金额（元）"]]
    rows += [
        [line["name"], line["formula"], money_text(line["amount"])]
        for line in breakdown(assessment.lines, assessment.facts)
    ]
    return [*rows, ["每月合计", f"保障 {assessment.persons} 人", money_text(assessment.monthly_amount)]]


def granted(case: Any) -> list[Part]:
    decision = case.decision
    return [
        f"您家庭提出的{formal(case.programme)}申请，经审核确认符合条件，决定自{month_words(case.first_month)}起给予"
        f"{formal(case.programme)}，保障{decision.persons}人，每月{money_text(decision.monthly_amount)}元，计算如下：",
        sum_table(decision),
        "家庭人口、收入、财产发生变化的，请及时告知乡镇人民政府（街道办事处）。",
        REMEDY,
    ]


def refused(case: Any) -> list[Part]:
    words: list[Part] = [f"您家庭提出的{formal(case.programme)}申请，经审核确认，决定不予批准。理由如下："]
    words += reasons_of(case, case.decision)
    return [*words, REMEDY]


def ended(case: Any) -> list[Part]:
    note = f"：{case.end_note}" if case.end_note else ""
    last = month_words(add_months(case.first_month, -1))
    return [
        f"经核查，您家庭享受的{formal(case.programme)}因“{case.get_end_reason_display()}”{note}，决定自"
        f"{month_words(case.first_month)}起停发，末月为{last}。",
        "您有权对停发的事实和理由进行陈述、申辩。",
        REMEDY,
    ]


def changed(case: Any) -> list[Part]:
    decision = case.decision
    return [
        f"因{case.reason or '家庭情况变化'}，决定自{month_words(case.first_month)}起，"
        f"您家庭的{formal(case.programme)}调整为保障 "
        f"{decision.persons} 人，每月 {money_text(decision.monthly_amount)} 元，计算如下：",
        sum_table(decision),
        REMEDY,
    ]


def _is(case: Any, kind: str, state: str) -> bool:
    return isinstance(case, DibaoApplication) and case.change_kind == kind and case.state == state


def register_papers() -> None:
    """Offer the notices; a case shows those that it has come to."""
    kinds: list[tuple[str, str, Any, str, str]] = [
        ("granted", "最低生活保障批准通知书", granted, "", "granted"),
        ("refused", "最低生活保障不予批准通知书", refused, "", "refused"),
        ("ended", "最低生活保障停发通知书", ended, ChangeKind.END.value, "granted"),
        ("changed", "最低生活保障变更通知书", changed, ChangeKind.ADJUST.value, "granted"),
    ]
    for kind, title, body, change, state in kinds:
        register(
            Paper(
                kind,
                title,
                "bureau",
                body,
                lambda case, change=change, state=state: _is(case, change, state),  # type: ignore[misc]
                lambda case: case.decided_on,
            )
        )
