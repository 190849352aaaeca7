"""Papers of a file as docx: declarations to sign, receipts, notices; and the certificate onto its printed sheet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from casework.documents import remedy
from casework.services import today
from core.fonts import HEADING
from core.letters import Letter
from core.templatetags.ui import day_words
from marriage import rules
from marriage.models import FileState, Kind, MarriageCase, Party, Registration

Write = Callable[[Letter, Registration, Any], None]


@dataclass(frozen=True)
class Paper:
    """A paper: when it exists, and how it is written. `issued`: by the office, under its letterhead; the others are
    words of the parties, which they sign."""

    kind: str
    title: str
    write: Write
    when: Callable[[Registration, Any], bool]
    issued: bool = False


def papers_for(file: Registration, case: MarriageCase | None) -> list[Paper]:
    """The papers that the file can have printed now."""
    return [one for one in PAPERS if case is not None and one.when(file, case)]


def document(file: Registration, case: Any, kind: str) -> bytes:
    """The paper as docx."""
    paper = next(one for one in PAPERS if one.kind == kind)
    letter = Letter(file.office_name, number=case.number) if paper.issued else Letter()
    paper.write(letter, file, case)
    return letter.content()


# -- what the parties declare and sign -----------------------------------------------------------------------


def about(party: Party) -> list[list[str]]:
    """A party as the declarations set it out."""
    return [
        ["姓名", party.name, "性别", "男" if party.side == rules.MAN else "女"],
        ["国籍", party.nationality, "民族", party.ethnicity or "—"],
        ["出生日期", day_words(party.birth_date), "婚姻状况", party.get_before_display() or "已婚"],
        ["身份证件号", party.id_number, "常住户口", party.hukou or "—"],
    ]


WIDTHS = (28, 58, 24, 52)


def _head(letter: Letter, title: str, file: Registration, case: Any) -> None:
    letter.title(title)
    letter.subtitle(f"编号：{case.number}　　申请日期：{day_words(file.applied_on)}")


def _both(letter: Letter, file: Registration) -> None:
    for party in file.both:
        letter.line(party.get_side_display(), 14, face=HEADING, before=6, after=2, keep=True)
        letter.facts(about(party), 12, WIDTHS)


def _declaration(letter: Letter, file: Registration, case: Any) -> None:
    """申请结婚登记声明书 (婚姻登记工作规范, its model): one page each, signed before the registrar."""
    man, woman = file.both
    law = "婚姻法" if rules.old_law(file.applied_on or today()) else "民法典"
    for place, (party, other) in enumerate(((man, woman), (woman, man))):
        if place:
            letter.next()
        _head(letter, "申请结婚登记声明书", file, case)
        letter.facts(about(party), 12, WIDTHS)
        letter.text(f"本人申请与{other.name}（身份证件号{other.id_number}）结为夫妻，谨此声明：")
        letter.text(
            f"本人目前的婚姻状况为{party.get_before_display()}。本人与对方均无配偶，没有直系血亲关系和三代以内旁系血亲"
            "关系，了解对方的身体健康状况。"
        )
        letter.text(
            f"本人依照《中华人民共和国{law}》的规定，自愿与对方结为夫妻，申请结婚登记。本人上述声明完全真实，如有虚假，"
            "愿承担法律责任。"
        )
        _signed(letter, "声明人（签名并按指纹）：")


def _signed(letter: Letter, *who: str) -> None:
    letter.signatures(*who, "监誓人（婚姻登记员）：", before=20)


def _divorce(letter: Letter, file: Registration, case: Any) -> None:
    """离婚登记申请书: signed by both."""
    _head(letter, "离婚登记申请书", file, case)
    _both(letter, file)
    since = f"，登记日期{day_words(file.prior_on)}" if file.prior_on else ""
    letter.text(f"结婚证字号：{file.prior_number or '—'}{since}。")
    letter.text(
        "我们双方自愿离婚，已就子女抚养、财产以及债务处理等事项协商一致并签订离婚协议书，申请离婚登记。"
        "上述情况完全真实，如有虚假，愿承担法律责任。"
    )
    _signed(letter, "男方（签名并按指纹）：", "女方（签名并按指纹）：")


def _reissue(letter: Letter, file: Registration, case: Any) -> None:
    """申请补领婚姻登记证声明书."""
    name = "结婚证" if file.kind == Kind.REISSUE_MARRIAGE else "离婚证"
    _head(letter, "申请补领婚姻登记证声明书", file, case)
    _both(letter, file)
    on = f"于{day_words(file.prior_on)}" if file.prior_on else ""
    where = f"在{file.prior_office}" if file.prior_office else ""
    letter.text(
        f"我们{on}{where}办理登记，原{name}字号{file.prior_number or '—'}，"
        f"因{file.get_loss_display()}，申请补领{name}。"
        "自登记至今婚姻状况没有变化。上述声明完全真实，如有虚假，愿承担法律责任。"
    )
    _signed(letter, "男方（签名并按指纹）：", "女方（签名并按指纹）：")


def _withdrawal(letter: Letter, file: Registration, case: Any) -> None:
    """撤回离婚登记申请书: filled in and signed by the one who withdraws."""
    man, woman = file.both
    _head(letter, "撤回离婚登记申请书", file, case)
    letter.text(
        f"{man.name}、{woman.name}于{day_words(file.receipt_on)}共同向{file.office_name}申请离婚登记"
        f"（编号{case.number}）。现本人不愿意离婚，依照《中华人民共和国民法典》第一千零七十七条的规定撤回该申请。"
    )
    letter.signatures("撤回人（签名并按指纹）：", "婚姻登记员：", before=20)


# -- what the office issues ----------------------------------------------------------------------------------


def _receipt(letter: Letter, file: Registration, case: Any) -> None:
    """离婚登记申请受理回执单: the days are those that were computed and kept."""
    letter.title("离婚登记申请受理回执单")
    letter.addressee(file.couple)
    letter.text(
        f"你们双方于{day_words(file.receipt_on)}提交的离婚登记申请，经初审符合受理条件，本机关于当日受理。"
    )
    letter.text(
        f"自收到申请的次日起三十日为离婚冷静期，至{day_words(file.cooling_off_ends)}届满（期间的最后一日是法定休假日的，"
        "以休假日结束的次日为最后一日）。期间任何一方不愿意离婚的，可以持本人有效身份证件和本回执单向本机关撤回申请。"
    )
    until = (
        f"至{day_words(file.window_until)}止"
        if file.window_until
        else "，共三十日，截止日待国家公布放假安排后以本机关通知为准"
    )
    letter.text(
        f"{day_words(file.window_from)}起{until}，双方应当亲自共同到本机关申请发给离婚证；未申请的，视为撤回离婚登记申请。"
        "（《中华人民共和国民法典》第一千零七十七条）"
    )
    letter.sign(file.office_name, day_words(file.receipt_on))


def _withdrawn(letter: Letter, file: Registration, case: Any) -> None:
    """撤回离婚登记申请确认单, also when the window passed."""
    letter.title("撤回离婚登记申请确认单")
    event = case.events.filter(action__in=["withdraw", "deem_withdrawn"]).select_related("actor").first()
    letter.addressee(file.couple)
    how = (
        "因双方未在发证期内共同到本机关申请发给离婚证，视为撤回"
        if case.stage == "deemed"
        else f"于{day_words(timezone.localdate(event.at))}经一方撤回"
    )
    letter.text(
        f"你们于{day_words(file.applied_on)}提交的离婚登记申请（编号{case.number}），{how}。"
        "如仍申请离婚登记，须重新提出申请。"
    )
    letter.sign(file.office_name, day_words(timezone.localdate(event.at) if event else today()))


def _refusal(letter: Letter, file: Registration, case: Any) -> None:
    """不予登记告知书, with every reason and its article."""
    letter.title("不予办理婚姻登记告知书")
    event = case.events.filter(action="refuse").first()
    letter.addressee(file.couple)
    letter.text(
        f"你们于{day_words(file.applied_on)}提出的{file.get_kind_display()}申请，经审查，决定不予办理。理由如下："
    )
    for place, reason in enumerate(event.opinion.split("；") if event else [], 1):
        letter.text(f"{place}．{reason}")
    letter.text(remedy("告知书"))
    letter.sign(file.office_name, day_words(timezone.localdate(event.at) if event else today()))


def _is_open(file: Registration, case: Any) -> bool:
    return file.state == FileState.OPEN


PAPERS = (
    Paper(
        "declaration",
        "申请结婚登记声明书",
        _declaration,
        lambda file, case: _is_open(file, case) and file.kind == Kind.MARRIAGE,
    ),
    Paper(
        "divorce",
        "离婚登记申请书",
        _divorce,
        lambda file, case: _is_open(file, case) and file.kind == Kind.DIVORCE,
    ),
    Paper(
        "reissue",
        "补领声明书",
        _reissue,
        lambda file, case: _is_open(file, case) and file.kind not in (Kind.MARRIAGE, Kind.DIVORCE),
    ),
    Paper("receipt", "受理回执单", _receipt, lambda file, case: file.receipt_on is not None, issued=True),
    Paper("withdrawal", "撤回申请书", _withdrawal, lambda file, case: case.stage == "cooling"),
    Paper(
        "withdrawn",
        "撤回确认单",
        _withdrawn,
        lambda file, case: file.receipt_on is not None and case.stage in ("withdrawn", "deemed"),
        issued=True,
    ),
    Paper("refusal", "不予登记告知书", _refusal, lambda file, case: case.stage == "refused", issued=True),
)
