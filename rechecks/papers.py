"""陈述申辩告知书: what the family is told, as docx on the bureau's letterhead.

It names the record that speaks against them and no more: no ID numbers, and no names but those of the family itself.
"""

from datetime import date
from typing import Any

from django.utils import timezone

from casework.documents import bureau, township
from core.letters import Letter
from core.months import month_of
from core.templatetags.ui import day_words, money_text, month_words
from rechecks.hearing import hearing_days, last_day_for
from rechecks.kinds import KINDS
from rechecks.models import Delivery, Finding, Hearing, Outcome, OutsideList
from registry.models import Person


def notice(told: Hearing) -> bytes:
    """The docx. Before it is handed over it says the last day for an answer if that happens today."""
    finding = told.finding
    letter = Letter(bureau(finding), number=told.number)
    letter.title("陈述申辩告知书")
    letter.addressee(str(finding.entitlement.person))
    for words in _before(finding):
        letter.text(words)
    letter.table(evidence_table(finding))
    if told.same_person:
        letter.text(f"名单没有公民身份号码，经核对确认为同一人：{told.same_person}")
    letter.text(f"经核查：{told.words}")
    letter.text(_intended(told))
    letter.text(_right(told))
    letter.sign(bureau(finding), day_words(timezone.localdate(told.drafted_at)))
    _receipt(letter, told)
    return letter.content()


def _before(finding: Finding) -> list[str]:
    held, kind = finding.entitlement, KINDS[finding.kind]
    used = (
        OutsideList.objects.filter(pk__in={row["list"] for row in finding.evidence})
        .order_by("-as_of")
        .first()
    )
    source = f"{used.source}提供的" if used and used.source else ""
    until = f"（截至{day_words(used.as_of)}）" if used else ""
    whose = "" if finding.person_id == held.person_id else f"家庭成员{finding.person}的"
    return [
        f"您自{month_words(held.first_month)}起享受{finding.programme}，现保障 {held.persons} 人，"
        f"每月 {money_text(held.monthly_amount)} 元。",
        f"经比对，{source}{kind.name}{until}中有{whose}如下记录：",
    ]


def evidence_table(finding: Finding) -> list[list[str]]:
    """The rows of the list with their columns; a member by name, nobody's number, no name that is not the family's."""
    kind = KINDS[finding.kind]
    covered = finding.entitlement.members.values("person")
    names = dict(Person.objects.filter(pk__in=covered).values_list("id_number", "name"))
    # A column that no row fills tells nothing and makes the others narrow.
    columns = [one for one in kind.columns if any(row["data"].get(one.key) for row in finding.evidence)]
    rows = [["姓名", *(column.title for column in columns)]]
    for row in finding.evidence:
        name = names.get(row.get("id_number") or "", finding.person.name)
        rows.append([name, *(_cell(row["data"].get(column.key)) for column in columns)])
    return rows


def _cell(value: Any) -> str:
    return "—" if value in (None, "") else str(value)


def _intended(told: Hearing) -> str:
    month = month_words(told.from_month)
    if told.outcome == Outcome.END:
        what = f"自{month}起停发{told.finding.programme}，停发原因为“{told.get_end_reason_display()}”"
    else:
        what = f"自{month}起变更{told.finding.programme}的金额"
    return f"依据{told.basis}，我局拟{what}。"


def _right(told: Hearing) -> str:
    today = timezone.localdate()
    last = told.due_on or last_day_for(Delivery.DIRECT, today)
    days = hearing_days(month_of(told.given_on or today))
    until = f"至{day_words(last)}止" if told.due_on else f"今日送达的，至{day_words(last)}止"
    if told.way == Delivery.POSTED:
        until = f"公告期满后起算，{until}"
    return (
        f"您有权陈述和申辩。请自收到本告知书之日起 {days} 个工作日内（{until}），"
        f"向{township(told.finding)}书面或当面提出，可以附证明材料。\n"
        "逾期没有提出的，视为放弃，我局将依法作出决定。"
    )


def _receipt(letter: Letter, told: Hearing) -> None:
    """送达回证 below the letter: filled in where it is known, else to be filled in by hand."""
    ways = "　".join(f"{'☑' if told.way == way else '□'}{label[:2]}" for way, label in Delivery.choices)
    letter.next(told.number)
    letter.title("送达回证")
    letter.facts(
        [
            ["送达文书", f"陈述申辩告知书（{told.number}）"],
            ["受送达人", str(told.finding.entitlement.person)],
            ["送达方式", ways],
            ["送达人", told.given_by],
            ["签收情况", told.receiver],
            ["送达日期", _day(told.given_on)],
        ],
        widths=(36, 120),
        lead=14,
    )


def _day(day: date | None) -> str:
    return day_words(day) if day else "　　　　年　　月　　日"
