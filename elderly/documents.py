"""Printed papers: the list that is signed, the list of those to be reminded, the decision each person gets."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from benefits.words import breakdown
from casework.documents import Paper, office_name, register, remedy
from casework.models import CaseState
from core.filters import mask
from core.letters import A4_WIDE, Letter
from core.months import add_months
from core.templatetags.ui import day_words, money_text, month_words
from elderly.models import AllowanceList, ListKind, Origin

Part = str | list[list[str]]
REMEDY = remedy("通知书")


def approval_list(batch: AllowanceList) -> bytes:
    """审批名单 of one township and month: whoever is on it now and wasn't taken off, with the sum a month."""
    township, district = batch.division, batch.division.parent
    rows = list(
        batch.rows.exclude(state__in=[CaseState.WITHDRAWN, CaseState.REFUSED])
        .select_related("person", "division")
        .order_by("division_id", "pk")
    )
    letter = Letter(page=A4_WIDE, margins=(18, 20), paged=True)
    letter.title(f"{district.name if district else ''}{batch.programme}{batch.get_kind_display()}", 20)
    letter.subtitle(f"{office_name(township)}　　{month_words(batch.month)}　　共{len(rows)}人")
    is_grant = batch.kind == ListKind.GRANT
    letter.table(_grant_table(rows) if is_grant else _end_table(rows), 11, GRANT if is_grant else END)
    total = sum((row.monthly_amount or 0 for row in rows), 0)
    letter.line(f"合计每月{money_text(total)}元", 12, before=2)
    letter.line(
        "乡镇（街道）经办人：　　　　　　　　　　区局审批人：　　　　　　　　　　审批日期：　　　　年　　月　　日",
        12,
        before=14,
    )
    return letter.content()


# Widths in mm of 261.
GRANT = (13, 22, 12, 46, 31, 14, 32, 31, 28, 32)
END = (13, 22, 46, 34, 30, 30, 56, 30)


def _grant_table(rows: Iterable[Any]) -> list[list[str]]:
    head = [
        "序号",
        "姓名",
        "性别",
        "身份证号",
        "村（社区）",
        "周岁",
        "到龄月份",
        "来由",
        "月标准（元）",
        "起始月份",
    ]
    return [
        head,
        *(
            [
                str(place),
                row.person.name,
                row.person.get_sex_display(),
                mask(row.person.id_number),
                row.division.name,
                str(row.age or ""),
                month_words(row.age_month),
                Origin(row.origin).label,
                money_text(row.monthly_amount or 0),
                month_words(row.first_month),
            ]
            for place, row in enumerate(rows, 1)
        ),
    ]


def _end_table(rows: Iterable[Any]) -> list[list[str]]:
    head = ["序号", "姓名", "身份证号", "村（社区）", "月标准（元）", "停发原因", "说明", "停发月份"]
    return [
        head,
        *(
            [
                str(place),
                row.person.name,
                mask(row.person.id_number),
                row.division.name,
                money_text(row.monthly_amount or 0),
                row.get_end_reason_display(),
                row.end_note,
                month_words(row.first_month),
            ]
            for place, row in enumerate(rows, 1)
        ),
    ]


def reminder_list(rows: Iterable[Any], place: str, day: date, notice: dict[str, int]) -> bytes:
    """催告名单: whose proof of life is overdue, until when they have to come; for the village's notice board and its
    cadres, so without numbers of any kind. `rows`: entitlements; `notice`: days by programme."""
    found = list(rows)
    letter = Letter(paged=True)
    letter.title("生存认证催告名单")
    letter.subtitle(f"{place}　　{day_words(day)}　　共{len(found)}人")
    letter.text(
        "下列老年人的生存认证已经到期。请本人到村（社区）或乡镇（街道）办理，行动不便的可联系工作人员上门或视频认证。"
        "期满仍未认证的暂缓发放，认证后补发。"
    )
    table = [["序号", "姓名", "村（社区）", "项目", "认证期限", "暂缓日期"]]
    for place_no, one in enumerate(found, 1):
        held_from = one.review_due + timedelta(days=notice[one.programme_id] + 1)
        table.append(
            [
                str(place_no),
                one.person.name,
                one.division.name,
                one.programme.name,
                f"{one.review_due:%Y-%m-%d}",
                "已暂缓" if held_from <= day else f"{held_from:%Y-%m-%d}",
            ]
        )
    letter.table(table, 12, (14, 26, 40, 26, 28, 28))
    return letter.content()


# -- what each person gets -----------------------------------------------------------------------------------


def granted(case: Any) -> list[Part]:
    decision = case.decision
    words: list[Part] = [
        f"经审核，您符合享受{case.programme}的条件，决定自 {month_words(case.first_month)} 起发放，"
        f"每月 {money_text(decision.monthly_amount)} 元，计算如下：",
        [
            ["项目", "算式", "金额（元）"],
            *(
                [line["name"], line["formula"], money_text(line["amount"])]
                for line in breakdown(decision.lines, decision.facts)
            ),
        ],
    ]
    if case.replaces_id:
        last = month_words(add_months(case.first_month, -1))
        words.append(f"您原享受的高龄津贴发放至{last}，由长寿金代替。")
    due = case.entitlement.review_due if case.entitlement else None
    if due:
        words.append(f"请于{day_words(due)}前办理生存认证；未按期认证的暂缓发放，认证后补发。")
    return [*words, REMEDY]


def refused(case: Any) -> list[Part]:
    event = case.events.filter(action="refuse").first()
    words: list[Part] = [f"您提出的{case.programme}申请，经审核，决定不予批准。理由如下："]
    reasons = case.decision.reasons if case.decision else []
    words += [f"{place}．{one.get('text') or one['code']}。" for place, one in enumerate(reasons, 1)]
    if event:
        words.append(f"审批意见：{event.opinion}")
    return [*words, REMEDY]


def ended(case: Any) -> list[Part]:
    note = f"（{case.end_note}）" if case.end_note else ""
    last = month_words(add_months(case.first_month, -1))
    return [
        f"因{case.get_end_reason_display()}{note}，决定自 {month_words(case.first_month)} 起停发{case.programme}，"
        f"末月为{last}。",
        "对停发的事实和理由，您有权陈述、申辩。",
        REMEDY,
    ]


def _is(case: Any, flow: str, state: str) -> bool:
    return bool(case.flow == flow and case.state == state)


def register_papers() -> None:
    """Offer the decisions; a case shows the one that it has come to."""
    for kind, title, body, flow, state in (
        ("elderly-granted", "高龄津贴、长寿金批准通知书", granted, "allowance", "granted"),
        ("elderly-refused", "高龄津贴、长寿金不予批准通知书", refused, "allowance", "refused"),
        ("elderly-ended", "高龄津贴、长寿金停发通知书", ended, "allowance_end", "granted"),
    ):
        register(
            Paper(
                kind,
                title,
                "bureau",
                body,
                lambda case, flow=flow, state=state: _is(case, flow, state),  # type: ignore[misc]
                lambda case: case.decided_on,
            )
        )
