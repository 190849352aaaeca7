"""Printed papers: public notices (names and nothing else), the official result form, the filing, the certificate."""

from collections.abc import Callable
from typing import Any

from casework.documents import bureau, township
from casework.services import today
from core.fonts import HEADING, TITLE
from core.letters import A4_WIDE, Letter
from core.templatetags.ui import day_words
from grassroots.models import CountKind, Election, Post, Recall
from grassroots.pages import vote_rows
from grassroots.results import results_of
from grassroots.steps import recall_words

PER_LINE = 5


def _commission(election: Election) -> str:
    kind = "居民" if election.committee.kind == "residents" else "村民"
    return f"{election.division.name}{kind}选举委员会"


def _what(election: Election) -> str:
    kind = "补选" if election.is_by_election else "换届选举"
    return f"{election.committee}{kind}"


def _law(election: Election) -> str:
    kind = "村民" if election.committee.kind == "village" else "城市居民"
    return f"《中华人民共和国{kind}委员会组织法》"


def _names(names: list[str]) -> list[list[str]]:
    rows = [names[at : at + PER_LINE] for at in range(0, len(names), PER_LINE)]
    return [row + [""] * (PER_LINE - len(row)) for row in rows] or [[""] * PER_LINE]


def voters_notice(election: Election) -> Letter:
    """选民名单公告: names only."""
    letter = Letter(_commission(election))
    letter.title("选民名单公告")
    who = "选民" if election.mode == "voters" else "选举代表"
    letter.text(
        f"根据{_law(election)}，现将{_what(election)}登记{who}{election.voters}人名单公布如下。"
        f"投票日为{day_words(election.polling_day)}。"
    )
    if election.named_roll:
        rows = election.roll.filter(removed_on=None).order_by("group", "id")
        names = _names([one.name for one in rows])
        letter.table(names, 14, [letter.width / PER_LINE] * PER_LINE, head=False, center=range(PER_LINE))
    else:
        letter.text("名单张贴于本公告之后。")
    letter.text(
        "对名单有不同意见的，可自公布之日起五日内向选举委员会提出申诉，选举委员会三日内作出处理决定。"
    )
    letter.sign(_commission(election), day_words(election.roll_on))
    return letter


def candidates_notice(election: Election) -> Letter:
    """候选人公告: names by post in the order of names; nothing else of them."""
    letter = Letter(_commission(election))
    letter.title("正式候选人公告")
    letter.text(f"{_what(election)}正式候选人已经产生，现按职务公布如下（按姓名排列，不分先后）。")
    rows = [["职务", "应选人数", "正式候选人"]]
    for post, seats in election.seats.items():
        if seats:
            found = [
                one
                for one in election.candidates.filter(post=post).order_by("name")
                if one.stands and not one.write_in
            ]
            rows.append([str(Post(post).label), str(seats), "、".join(one.name for one in found)])
    letter.table(rows, 14, widths=(30, 30, 96))
    letter.text(f"投票日为{day_words(election.polling_day)}，请登记选民届时参加投票。")
    letter.sign(_commission(election), day_words(election.candidates_on))
    return letter


def result_notice(election: Election) -> Letter:
    """选举结果公告: who is elected to what."""
    letter = Letter(_commission(election))
    letter.title("选举结果公告")
    found = results_of(election)
    first = found[0].counts[0]
    letter.text(
        f"{_what(election)}于{day_words(election.polled_on)}投票，登记选民{election.voters}人，发出选票"
        f"{first.handed_out}张，收回{first.returned}张，选举有效。依法当选的是："
    )
    rows = [["职务", "当选人"]]
    rows += [
        [one.label, "、".join(standing.name for standing in one.course.elected) or "（缺额）"]
        for one in found
    ]
    letter.table(rows, 14, widths=(40, 116))
    letter.sign(_commission(election), day_words(election.elected_on))
    return letter


def result_form(election: Election) -> Letter:
    """选举结果报告单: every vote with all its sums, elected and not elected, and who signs."""
    letter = Letter(margins=(20, 18), paged=True)
    letter.title(f"{election.committee}选举结果报告单", 20)
    letter.line(f"编号：{election.number}　　{day_words(election.elected_on)}", 12, center=True, after=4)
    seats = "，".join(f"{Post(post).label}{count}人" for post, count in election.seats.items() if count)
    letter.facts(
        [
            ["选举方式", election.get_mode_display(), "登记选民（代表）数", str(election.voters)],
            ["应选人数", seats, "投票日", day_words(election.polling_day)],
        ],
        11,
        (24, 69, 40, 37),
    )
    for one in results_of(election):
        for count, found in zip(one.counts, one.course.results, strict=True):
            _count(letter, one, count, found)
    _summary(letter, election)
    letter.signatures("监票人：", "计票人：", "唱票人：", "选举委员会主任：", dated=False, size=12, before=6)
    letter.signatures(
        f"{_commission(election)}（盖章）：", f"{township(election)}确认（盖章）：", size=12, before=8
    )
    return letter


def _count(letter: Letter, one: Any, count: Any, found: Any) -> None:
    kind = CountKind(count.kind).label
    letter.line(
        f"{one.label}　{kind}　{day_words(count.held_on)}　应选{count.seats}人",
        12,
        face=HEADING,
        before=4,
        after=2,
        keep=True,
    )
    letter.table(
        [
            ["发出选票", "收回选票", "有效票", "无效票", "弃权票", "当选所需票数"],
            [
                *(str(getattr(count, name)) for name in ("handed_out", "returned", "valid", "void", "blank")),
                str(found.needed) if count.kind != CountKind.TIE else "得票多的当选",
            ],
        ],
        11,
        (27, 27, 27, 27, 27, 35),
        center=range(6),
    )
    rows = [["姓名", "性别", "得票", "结果"]]
    rows += [
        [
            row["vote"].candidate.name + ("（另选他人）" if row["vote"].candidate.write_in else ""),
            row["vote"].candidate.get_sex_display(),
            str(row["vote"].votes),
            row["outcome"],
        ]
        for row in vote_rows(count, one)
    ]
    letter.table(rows, 11, (60, 20, 30, 60), center=range(1, 3))
    letter.line(
        "；".join([found.why.rstrip("。"), *(note.rstrip("。") for note in found.notes)]) + "。", 10.5
    )


def _summary(letter: Letter, election: Election) -> None:
    letter.line("当选人", 12, face=HEADING, before=4, after=2, keep=True)
    rows = [["职务", "应选", "当选", "当选人", "缺额"]]
    for one in results_of(election):
        names = "、".join(standing.name for standing in one.course.elected) or "无"
        rows.append(
            [one.label, str(one.seats), str(len(one.course.elected)), names, str(one.course.open_seats)]
        )
    letter.table(rows, 11, (25, 18, 18, 91, 18))
    if election.vacancy_note:
        letter.line(f"缺额说明：{election.vacancy_note}", 11)


def filing(election: Election) -> Letter:
    """选举结果备案报告: township to county."""
    letter = Letter(township(election), number=election.number)
    letter.title("选举结果备案报告")
    letter.addressee(bureau(election))
    letter.text(
        f"{_what(election)}于{day_words(election.polled_on)}依法投票，选举结果已经当场公布。经审查，选举程序合法，"
        f"新一届自{day_words(election.elected_on)}产生，现将结果报请备案。"
    )
    rows = [["职务", "姓名", "性别", "政治面貌"]]
    for one in results_of(election):
        for standing in one.course.elected:
            person = election.candidates.get(pk=standing.key)
            party = "中共党员" if person.party_member else "群众"
            rows.append([one.label, person.name, person.get_sex_display(), party])
    letter.table(rows, 14, (39, 39, 39, 39), center=range(4))
    letter.text(f"附件：选举结果报告单（{election.number}）")
    letter.sign(township(election), day_words(election.township_on))
    return letter


PAPERS: list[tuple[str, str, Callable[[Election], Letter], Callable[[Election], Any]]] = [
    ("voters", "选民名单公告", voters_notice, lambda one: one.roll_on),
    ("candidates", "正式候选人公告", candidates_notice, lambda one: one.candidates_on),
    ("result", "选举结果公告", result_notice, lambda one: one.elected_on),
    ("form", "选举结果报告单", result_form, lambda one: one.elected_on),
    ("filing", "备案报告", filing, lambda one: one.township_on),
]


def papers_of(election: Election) -> list[tuple[str, str]]:
    """Kind and title of the papers that the election has come to."""
    return [(kind, title) for kind, title, _, when in PAPERS if when(election)]


def paper(election: Election, kind: str) -> bytes:
    """The paper as docx."""
    write = next(body for known, _, body, _ in PAPERS if known == kind)
    return write(election).content()


def certificate(committee: Any, chair: str) -> bytes:
    """基层群众性自治组织特别法人统一社会信用代码证书: code, name, address, who represents it, valid from and until."""
    letter, township_ = Letter(page=A4_WIDE, margins=(35, 20)), committee.division.parent
    letter.line("基层群众性自治组织特别法人", 22, face=TITLE, red=True, center=True, lead=34)
    letter.title("统一社会信用代码证书", 30)
    since, until = day_words(committee.certificate_from), day_words(committee.certificate_until)
    letter.facts(
        [
            ["统一社会信用代码", committee.credit_code or ""],
            ["名　　称", str(committee)],
            ["住　　所", f"{township_.parent.name}{township_.name}{committee.division.name}"],
            ["负 责 人", chair],
            ["有效期限", f"自{since}至{until}"],
        ],
        16,
        (62, 165),
        lead=14,
    )
    letter.sign(f"{township_.parent.name}民政局", since)
    return letter.content()


def recall_form(case: Recall) -> bytes:
    """罢免表决结果报告单."""
    member = case.member
    letter = Letter()
    letter.title("罢免表决结果报告单")
    letter.subtitle(f"编号：{case.number}")
    share = f"{case.proposers}人（总数{case.base}人）"
    letter.facts(
        [
            ["被提请罢免人", f"{member.committee}{member.get_post_display()}　{member.name}"],
            ["提出方式", f"{case.get_by_display()}{share}"],
            ["罢免理由", case.reason],
            ["申辩意见", case.defence or "无"],
            ["表决日期", day_words(case.voted_on or today())],
            ["登记选民", f"{case.voters}人"],
            ["参加投票", f"{case.cast}人"],
            ["同意", f"{case.favour}票"],
            ["不同意", f"{case.against}票"],
            ["结果", recall_words(case)],
        ],
        14,
        (42, 120),
        lead=10,
    )
    letter.signatures("监票人：", "计票人：", dated=False)
    letter.sign(township(case), day_words(case.voted_on or today()))
    return letter.content()
