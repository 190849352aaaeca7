"""Papers of 临时救助: decision, refusal, 先行救助审批表, 备用金台账."""

from typing import Any

from benefits.words import breakdown
from casework.documents import Paper, register
from core.letters import Letter
from core.money import in_capitals
from core.templatetags.ui import day_words, money_text
from relief.temporary.models import AdvanceState, TemporaryApplication

Part = str | list[list[str]]
REMEDY = "如对本决定不服，可自收到本通知书之日起六十日内向本级人民政府申请行政复议，或六个月内向人民法院提起行政诉讼。"


def sum_table(assessment: Any) -> list[list[str]]:
    """The sum as a table that a pocket calculator can repeat."""
    rows = [["项目", "算式", "金额（元）"]]
    rows += [
        [line["name"], line["formula"], money_text(line["amount"])]
        for line in breakdown(assessment.lines, assessment.facts)
    ]
    return [*rows, ["本次发放", "", money_text(assessment.monthly_amount)]]


def granted(case: Any) -> list[Part]:
    decision, worth = case.decision, case.granted_amount
    words: list[Part] = [
        f"您家庭因{case.get_cause_display()}提出的临时救助申请，经审核确认符合条件，决定给予一次性{case.get_kind_display()}"
        f"临时救助 {money_text(worth)} 元（人民币{in_capitals(worth)}），计算如下：",
        sum_table(decision),
    ]
    if worth != decision.monthly_amount:
        before = money_text(worth - decision.monthly_amount)
        words.append(
            f"其中 {before} 元已于先行救助时发放，本次发放 {money_text(decision.monthly_amount)} 元。"
        )
    return [*words, "救助金通过一卡通账户发放。", REMEDY]


def refused(case: Any) -> list[Part]:
    event = case.events.filter(action="refuse").first()
    words: list[Part] = ["您家庭提出的临时救助申请，经审核确认，决定不予批准。理由如下："]
    reasons = case.decision.reasons if case.decision else []
    words += [f"{place}．{one.get('text') or one['code']}。" for place, one in enumerate(reasons, 1)]
    if event:
        words.append(f"审核意见：{event.opinion.splitlines()[0]}")
    advance = case.advance
    if advance and advance.to_recover:
        words.append(
            f"此前先行救助的 {money_text(advance.to_recover)} 元，请退还乡镇人民政府（街道办事处）。"
        )
    return [*words, REMEDY]


def advance_form(case: Any) -> list[Part]:
    one = case.advances.select_related("proposed_by", "approved_by", "reserve__township").first()
    visit = case.visits.first()
    affected = "、".join(row.person.name for row in case.members.select_related("person") if row.affected)
    day = day_words(one.paid_on) if one.paid_on else "—"
    rows = [
        ["户主", case.subject],
        ["村（社区）", case.division.name],
        ["事由", f"{case.get_cause_display()}（{case.get_severity_display()}）"],
        ["情况说明", case.cause_words],
        ["受困人员", affected],
        ["入户核实", f"{day_words(visit.visited_on)} {'、'.join(visit.visitors)}" if visit else "事后补办"],
        ["先行救助金额", f"{money_text(one.amount)} 元（人民币{in_capitals(one.amount)}）"],
        ["资金来源", str(one.reserve) if one.reserve else "本乡镇（街道）备用金"],
        ["提出人、日期", f"{one.proposed_by.full_name}　{day_words(one.proposed_on)}"],
        ["批准人、付款日期", f"{one.approved_by.full_name}　{day}" if one.approved_by else "待审批"],
        ["手续补齐期限", day_words(one.paper_due_on) if one.paper_due_on else "—"],
        ["领款人签字", "　"],
    ]
    return ["申请家庭情况紧急，先行救助，事后补齐手续。", rows]


def _has_advance(case: Any) -> bool:
    return is_temporary(case) and case.advances.exclude(state=AdvanceState.REFUSED).exists()


def is_temporary(case: Any) -> bool:
    return isinstance(case, TemporaryApplication)


def register_papers() -> None:
    """Offer the papers; a case shows those that it has come to."""
    register(
        Paper(
            "temporary_granted",
            "临时救助决定书",
            "bureau",
            granted,
            lambda case: is_temporary(case) and case.state == "granted",
            lambda case: case.decided_on,
        )
    )
    register(
        Paper(
            "temporary_refused",
            "临时救助不予批准通知书",
            "bureau",
            refused,
            lambda case: is_temporary(case) and case.state == "refused",
            lambda case: case.decided_on,
        )
    )
    register(
        Paper(
            "temporary_advance",
            "先行救助审批表",
            "township",
            advance_form,
            _has_advance,
            lambda case: case.advance.paid_on if case.advance else None,
        )
    )


def ledger(reserve: Any) -> bytes:
    """备用金台账 of a township and year, landscape, with the sums below."""
    place = reserve.township
    issuer = f"{place.name}办事处" if place.name.endswith("街道") else f"{place.name}人民政府"
    letter = Letter(issuer, page=(297, 210), margins=(20, 20))
    letter.title(f"{reserve.year} 年临时救助备用金台账")
    rows = [["序号", "日期", "类别", "摘要", "文号", "收入（元）", "支出（元）", "余额（元）"]]
    entries = list(reserve.entries.order_by("id"))
    for place_, one in enumerate(entries, 1):
        income = money_text(one.amount) if one.amount > 0 else ""
        spent = money_text(-one.amount) if one.amount < 0 else ""
        rows.append(
            [
                str(place_),
                f"{one.on:%Y-%m-%d}",
                one.get_kind_display(),
                one.note,
                one.document_number,
                income,
                spent,
                money_text(one.balance),
            ]
        )
    came = sum(one.amount for one in entries if one.amount > 0)
    went = -sum(one.amount for one in entries if one.amount < 0)
    rows.append(["", "", "合计", "", "", money_text(came), money_text(went), money_text(reserve.balance)])
    letter.table(rows, 11, widths=(13, 26, 34, 66, 42, 26, 26, 26))
    letter.line("制表人：　　　　　　　　复核人：　　　　　　　　负责人：", 12, before=18)
    return letter.content()
