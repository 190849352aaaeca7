"""Printed papers of the room: notices of an act, the certificate on its layout, inspection and reminder notices."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from casework.documents import Paper, bureau, register, remedy
from core.fonts import TITLE
from core.letters import A4_WIDE, Facts, Letter
from core.money import in_capitals
from core.templatetags.ui import day_words, money_text
from orgs.models import InspectionReport, OrgCertificate, OrgFlow
from orgs.policy import policy_on
from orgs.rules import LAW

Part = str | list[list[str]]
REMEDY = remedy("决定书")


def act_of(case: Any) -> str:
    return str(OrgFlow(case.flow).label)


def was_granted(flow: OrgFlow) -> Callable[[Any], bool]:
    return lambda case: case.flow == flow and case.state == "granted"


def is_ours(case: Any) -> bool:
    return case.flow in OrgFlow.values


# -- papers of an act ----------------------------------------------------------------------


def accepted(case: Any) -> list[Part]:
    words: list[Part] = [
        f"你单位提出的“{case.name}”{act_of(case)}申请，申请材料齐全、符合法定形式，本机关现予受理。"
    ]
    if case.whole_due_on:
        words.append(
            f"依据{LAW[case.kind]}，本机关将自收到全部有效文件之日起六十日内，即{day_words(case.whole_due_on)}前"
            "作出准予或者不予登记的决定。"
        )
    return words


def missing(case: Any) -> list[Part]:
    event = case.events.filter(action="ask_materials").first()
    rows = [["序号", "需要补正的材料"]]
    rows += [[str(n), title] for n, (title, _, _) in enumerate(event.changes, 1)]
    words: list[Part] = [
        f"你单位提出的“{case.name}”{act_of(case)}申请，经审查材料尚不齐全，现一次性告知需要补正的内容："
    ]
    if len(rows) > 1:
        words.append(rows)
    if event.opinion:
        words.append(f"说明：{event.opinion}")
    return [*words, "请补齐后交回，收齐之日起计算办理期限。"]


def granted(case: Any) -> list[Part]:
    body = case.organisation
    law = LAW[case.kind]
    if case.flow == OrgFlow.ESTABLISH:
        rows = [
            ["名称", body.name],
            ["统一社会信用代码", body.credit_code],
            ["类型", body.get_kind_display()],
            ["住所", case.address],
            ["法定代表人", case.representative_name],
            ["注册资金", f"{money_text(case.capital)} 元"],
            ["业务主管单位", case.supervisor or f"直接登记（{case.get_direct_kind_display()}）"],
            ["业务范围", case.scope],
        ]
        words = f"依据{law}，经审查，“{body.name}”符合成立条件，准予成立登记，发给登记证书。登记事项如下："
        return [words, Facts(rows), "请自登记之日起按章程开展活动，每年按规定报送上一年度工作报告。"]
    if case.flow == OrgFlow.CHANGE:
        rows = [["变更事项", "变更前", "变更后"]]
        rows += [
            [label, before or "—", after or "—"]
            for label, before, after in case.differences
            if "身份证号" not in label and "电话" not in label
        ]
        lead = f"依据{law}，经审查，准予{body.name}（{body.credit_code}）变更登记，变更事项如下："
        return [lead, rows, "登记证书上的事项有变更的，原登记证书收回，换发新证书。"]
    return [
        f"依据{law}，经审查，{body.name}（{body.credit_code}）已完成清算，准予注销登记，自"
        f"{day_words(case.decided_on)}起注销。",
        "登记证书、印章已收缴。注销后不得以该组织名义开展活动。",
    ]


def refused(case: Any) -> list[Part]:
    event = case.events.filter(action="refuse").first()
    return [
        f"你单位提出的“{case.name}”{act_of(case)}申请，经审查，依据{LAW[case.kind]}，决定不予登记。理由如下：",
        event.opinion if event else "",
        REMEDY,
    ]


def register_papers() -> None:
    """Offer the notices; an act shows those that it has come to."""
    register(
        Paper(
            "org_accepted",
            "受理通知书",
            "bureau",
            accepted,
            lambda case: is_ours(case) and case.accepted_on is not None,
            lambda case: case.accepted_on,
        )
    )
    register(
        Paper(
            "org_missing",
            "补正材料一次性告知书",
            "bureau",
            missing,
            lambda case: is_ours(case) and case.events.filter(action="ask_materials").exists(),
            lambda case: None,
        )
    )
    for flow in OrgFlow:
        register(
            Paper(
                flow.value.replace("org_", "org_granted_"),
                f"准予{flow.label}决定书",
                "bureau",
                granted,
                was_granted(flow),
                lambda case: case.decided_on,
            )
        )
    register(
        Paper(
            "org_refused",
            "不予登记决定书",
            "bureau",
            refused,
            lambda case: is_ours(case) and case.state == "refused",
            lambda case: case.decided_on,
        )
    )


# -- the certificate -----------------------------------------------------------------------


def certificate(one: OrgCertificate) -> bytes:
    """登记证书（副本）on its landscape layout: what is frozen with the certificate, not what the body is today."""
    content = one.content
    letter = Letter(page=A4_WIDE, margins=(35, 18))
    letter.line(f"{content['kind']}登记证书", 34, face=TITLE, red=True, center=True, lead=48)
    letter.line("（副本）", 16, center=True, after=6)
    capital = content["capital"]
    letter.facts(
        [
            ["统一社会信用代码", content["credit_code"]],
            ["名　　称", content["name"]],
            ["业务范围", content["scope"] or "—"],
            ["住　　所", content["address"] or "—"],
            ["法定代表人", content["representative"] or "—"],
            [
                "注册资金",
                f"{money_text(capital)}元（人民币{in_capitals(Decimal(capital))}）" if capital else "—",
            ],
            ["业务主管单位", content["supervisor"] or "—"],
            ["有效期限", f"自{day_words(one.valid_from)}至{day_words(one.valid_until)}"],
            ["证书编号", one.number],
        ],
        14,
        (52, 175),
        lead=9.5,
    )
    letter.sign(f"{one.organisation.division.name}民政局", day_words(one.issued_on))
    return letter.content()


# -- yearly inspection ---------------------------------------------------------------------


def office_of(report: InspectionReport) -> str:
    return bureau(report.organisation)


def conclusion_notice(report: InspectionReport) -> bytes:
    """年检结论通知."""
    body, year = report.organisation, report.campaign.year
    letter = Letter(office_of(report))
    letter.title(f"社会组织{year}年度检查结论通知书")
    letter.addressee(body.name)
    handed = f"于{day_words(report.submitted_on)}报送" if report.submitted_on else "未报送"
    letter.text(
        f"你单位（统一社会信用代码{body.credit_code}）{handed}{year}年度工作报告。"
        f"依据{LAW[body.kind]}，经检查，结论为：{report.get_conclusion_display()}。"
    )
    if report.ground:
        letter.text(f"依据：{report.ground}")
    if report.conclusion != "pass":
        letter.text("请自收到本通知之日起三十日内整改，并将整改情况书面报告本机关。")
    letter.sign(office_of(report), day_words(report.concluded_on))
    return letter.content()


def reminders(reports: Sequence[InspectionReport], day: date) -> bytes:
    """催报通知: a page for each body."""
    years = int(policy_on(day)["inspection.missed_years"])
    issuer = office_of(reports[0])
    letter = Letter(issuer)
    for place, report in enumerate(reports):
        if place:
            letter.next()
        body, year = report.organisation, report.campaign.year
        letter.title(f"关于催报{year}年度工作报告的通知")
        letter.addressee(body.name)
        late = f"，现已逾期{(day - report.due_on).days}日" if day > report.due_on else ""
        letter.text(
            f"依据{LAW[body.kind]}，你单位（统一社会信用代码{body.credit_code}）应于{day_words(report.due_on)}前"
            f"向本机关报送{year}年度工作报告，至今未收到{late}。"
        )
        letter.text(
            "请自收到本通知之日起十五日内报送年度工作报告书、财务会计报告、审计报告和登记证书副本"
            f"{'，并附业务主管单位初审意见' if report.supervisor_due_on else ''}。"
        )
        letter.text(f"连续{years}年未报送的，将依照《社会组织信用信息管理办法》列入活动异常名录。")
        letter.sign(issuer, day_words(day))
    return letter.content()
