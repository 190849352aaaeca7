"""Papers of 特困: 决定通知书 granted, refused, changed, ended, and the 照料护理等级评估表."""

from typing import Any

from django.utils import timezone

from benefits.words import breakdown
from casework.documents import Paper, register
from core.months import add_months
from core.templatetags.ui import day_words, money_text, month_words
from relief.shared.letters import REMEDY, reasons_of
from relief.shared.models import ChangeKind
from relief.tekun.models import TekunApplication

Part = str | list[list[str]]
NAME = "特困人员救助供养"


def sum_table(case: TekunApplication) -> list[list[str]]:
    """Both amounts as a table that a pocket calculator can repeat."""
    rows, total = [["项目", "算式", "金额（元/月）"]], 0
    for decision in (case.basic_decision, case.care_decision):
        if decision is not None and decision.eligible:
            lines = breakdown(decision.lines, decision.facts)
            rows += [[line["name"], line["formula"], money_text(line["amount"])] for line in lines]
            total += decision.monthly_amount
    return [*rows, ["每月合计", "", money_text(total)]]


def where(case: TekunApplication) -> str:
    home = f"，由{case.institution}照料，款项付给该机构" if case.institution else ""
    return f"供养方式为{case.get_placement_display()}{home}"


def receipt(case: Any) -> list[Part]:
    by = f"（由{case.proxy_relation}{case.proxy_name}代为申请）" if case.proxy_name else ""
    return [
        f"您于{day_words(timezone.localdate(case.opened_at))}提出的{NAME}申请{by}，材料齐全，现予受理。",
        "我们将在十五个工作日内核对收入和财产、入户调查并评估生活自理能力，经公示七日后报区民政局，区民政局在十五个"
        "工作日内作出决定。请予配合。",
    ]


def granted(case: Any) -> list[Part]:
    return [
        f"您提出的{NAME}申请，经审核确认符合条件，决定自{month_words(case.first_month)}起给予供养，{where(case)}。"
        "供养金计算如下：",
        sum_table(case),
        "生活自理能力、收入、财产、法定义务人情况发生变化的，请及时告知乡镇人民政府（街道办事处）。",
        REMEDY,
    ]


def refused(case: Any) -> list[Part]:
    words: list[Part] = [f"您提出的{NAME}申请，经审核确认，决定不予批准。理由如下："]
    words += reasons_of(case, case.basic_decision)
    return [*words, REMEDY]


def changed(case: Any) -> list[Part]:
    return [
        f"因{case.reason or '情况变化'}，决定自{month_words(case.first_month)}起调整供养：{where(case)}。"
        "供养金计算如下：",
        sum_table(case),
        REMEDY,
    ]


def ended(case: Any) -> list[Part]:
    note = f"：{case.end_note}" if case.end_note else ""
    last = month_words(add_months(case.first_month, -1))
    words: list[Part] = [
        f"{case.subject}享受的{NAME}因“{case.get_end_reason_display()}”{note}，决定自"
        f"{month_words(case.first_month)}起停止，末月为{last}。",
    ]
    if case.funeral:
        words.append(f"同时给予丧葬补助 {money_text(case.funeral.monthly_amount)} 元，一次性发放。")
    else:
        words.append("您有权对停止的事实和理由进行陈述、申辩。")
    return [*words, REMEDY]


def grading_form(case: Any) -> list[Part]:
    """照料护理等级评估表: the six abilities as found, the grade, who graded."""
    found = case.grading
    rows = [["自理能力", "评估结果"]]
    rows += [[name, "能自主完成" if there else "不能自主完成"] for name, there in found.abilities()]
    rows.append(["结论", f"丧失{found.lost}项，{found.get_grade_display()}"])
    return [
        f"{case.subject}（{case.division.name}）生活自理能力评估情况：",
        rows,
        f"说明：{found.note or '无'}",
        f"评估日期：{day_words(found.graded_on)}。评估人：{found.grader}、{found.second_grader}。",
        "六项全部具备的为全自理；丧失一至三项的为半失能；丧失四项及以上的为失能（民发〔2021〕43号）。",
    ]


def _is(case: Any, kind: str, state: str) -> bool:
    return isinstance(case, TekunApplication) and case.change_kind == kind and case.state == state


def register_papers() -> None:
    """Offer the papers; a case shows those that it has come to."""
    kinds: list[tuple[str, str, Any, str, str]] = [
        ("tekun_granted", f"{NAME}批准通知书", granted, "", "granted"),
        ("tekun_refused", f"{NAME}不予批准通知书", refused, "", "refused"),
        ("tekun_ended", f"{NAME}停止通知书", ended, ChangeKind.END.value, "granted"),
        ("tekun_changed", f"{NAME}变更通知书", changed, ChangeKind.ADJUST.value, "granted"),
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
    register(
        Paper(
            "tekun_receipt",
            "受理通知书",
            "township",
            receipt,
            lambda case: (
                isinstance(case, TekunApplication) and not case.is_change and case.accepted_on is not None
            ),
            lambda case: case.accepted_on,
        )
    )
    register(
        Paper(
            "tekun_grading",
            "特困人员照料护理等级评估表",
            "township",
            grading_form,
            lambda case: isinstance(case, TekunApplication) and case.grading is not None,
            lambda case: case.grading.graded_on,
            is_form=True,
            signers=("被评估人或代理人：", "评估人：", "评估人："),
        )
    )
