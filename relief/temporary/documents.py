"""Papers of 临时救助: decision, refusal, 先行救助审批表, 备用金台账."""

from typing import Any

from benefits.words import breakdown
from casework.documents import Paper, office_name, register
from core.letters import A4_WIDE, Facts, Letter
from core.money import in_capitals
from core.templatetags.ui import day_words, money_text
from relief.shared.letters import REMEDY, reasons_of
from relief.temporary.models import AdvanceState, TemporaryApplication

Part = str | list[list[str]]


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
    words: list[Part] = ["您家庭提出的临时救助申请，经审核确认，决定不予批准。理由如下："]
    words += reasons_of(case, case.decision)
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
    ]
    return ["申请家庭情况紧急，先行救助，事后补齐手续。", Facts(rows)]


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
            is_form=True,
            signers=("领款人（签名并按指纹）：",),
        )
    )


def ledger(reserve: Any) -> bytes:
    """备用金台账 of a township and year, landscape, with the sums below."""
    letter = Letter(page=A4_WIDE, margins=(20, 22), paged=True)
    letter.title(f"{office_name(reserve.township)}{reserve.year}年临时救助备用金台账", 20)
    entries = list(reserve.entries.order_by("id"))
    rows = [["序号", "日期", "类别", "摘要", "文号", "收入（元）", "支出（元）", "余额（元）"]]
    rows += [
        [
            str(place),
            f"{one.on:%Y-%m-%d}",
            one.get_kind_display(),
            one.note,
            one.document_number,
            money_text(one.amount) if one.amount > 0 else "",
            money_text(-one.amount) if one.amount < 0 else "",
            money_text(one.balance),
        ]
        for place, one in enumerate(entries, 1)
    ]
    came = sum(one.amount for one in entries if one.amount > 0)
    went = -sum(one.amount for one in entries if one.amount < 0)
    rows.append(["", "", "合计", "", "", money_text(came), money_text(went), money_text(reserve.balance)])
    letter.table(rows, 12, widths=(14, 28, 32, 65, 40, 26, 26, 26))
    letter.line("制表人：　　　　　　　　　　复核人：　　　　　　　　　　负责人：", 14, before=14)
    return letter.content()
