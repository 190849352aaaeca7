"""Printed papers: public notices (names and nothing else), the official result form, the filing, the certificate."""

from collections.abc import Callable
from typing import Any

from casework.documents import bureau, township
from casework.services import today
from core.letters import Letter
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


def _names(names: list[str]) -> list[list[str]]:
    rows = [names[at : at + PER_LINE] for at in range(0, len(names), PER_LINE)]
    return [row + [""] * (PER_LINE - len(row)) for row in rows] or [[""] * PER_LINE]


def voters_notice(election: Election) -> Letter:
    """选民名单公告: names only."""
    letter = Letter(_commission(election))
    letter.title("选民名单公告")
    who = "选民" if election.mode == "voters" else "选举代表"
    law = "村民委员会组织法" if election.committee.kind == "village" else "城市居民委员会组织法"
    letter.text(
        f"根据《中华人民共和国{law}》，现将{_what(election)}登记{who} {election.voters} 人名单公布如下。"
        f"投票日为{day_words(election.polling_day)}。"
    )
    if election.named_roll:
        rows = election.roll.filter(removed_on=None).order_by("group", "id")
        letter.table(_names([one.name for one in rows]))
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
    letter.table(rows, widths=(30, 30, 94))
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
        f"{_what(election)}于{day_words(election.polled_on)}投票，登记选民 {election.voters} 人，发出选票 "
        f"{first.handed_out} 张，收回 {first.returned} 张，选举有效。依法当选的是："
    )
    rows = [["职务", "当选人"]]
    rows += [
        [one.label, "、".join(standing.name for standing in one.course.elected) or "（缺额）"]
        for one in found
    ]
    letter.table(rows, widths=(40, 114))
    letter.sign(_commission(election), day_words(election.elected_on))
    return letter


def result_form(election: Election) -> Letter:
    """选举结果报告单: every vote with all its sums, elected and not elected, and who signs."""
    letter = Letter(margins=(20, 18))
    letter.title(f"{election.committee}选举结果报告单")
    letter.line(f"编号：{election.number}　　{day_words(election.elected_on)}", 12, center=True, after=6)
    left = ["选举方式", election.get_mode_display(), "登记选民（代表）数", str(election.voters)]
    seats = "，".join(f"{Post(post).label} {count} 人" for post, count in election.seats.items() if count)
    letter.table(
        [left, ["应选人数", seats, "投票日", f"{election.polling_day:%Y-%m-%d}"]], 11, (25, 65, 40, 40)
    )
    for one in results_of(election):
        for count, found in zip(one.counts, one.course.results, strict=True):
            _count(letter, one, count, found)
    _summary(letter, election)
    letter.line("监票人：＿＿＿＿＿＿　计票人：＿＿＿＿＿＿　唱票人：＿＿＿＿＿＿", 12, before=14)
    letter.line(f"选举委员会主任：＿＿＿＿＿＿　　{_commission(election)}（盖章）", 12, before=6)
    letter.line(f"{township(election)}确认：＿＿＿＿＿＿（盖章）　　＿＿年＿＿月＿＿日", 12, before=6)
    return letter


def _count(letter: Letter, one: Any, count: Any, found: Any) -> None:
    kind = CountKind(count.kind).label
    letter.line(
        f"{one.label}　{kind}　{count.held_on:%Y-%m-%d}　应选 {count.seats} 人",
        12,
        bold=True,
        before=10,
        after=2,
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
    letter.table(rows, 11)
    letter.line("；".join([found.why.rstrip("。"), *(note.rstrip("。") for note in found.notes)]) + "。", 10)


def _summary(letter: Letter, election: Election) -> None:
    letter.line("当选人", 12, bold=True, before=10, after=2)
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
    letter = Letter(township(election))
    letter.title("选举结果备案报告")
    letter.line(f"{bureau(election)}：", 16)
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
    letter.table(rows)
    letter.text(f"附：选举结果报告单（{election.number}）。")
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
    letter = Letter(page=(297, 210), margins=(40, 24))
    letter.line("基层群众性自治组织特别法人", 20, center=True)
    letter.title("统一社会信用代码证书")
    letter.table(
        [
            ["统一社会信用代码", committee.credit_code or ""],
            ["名称", str(committee)],
            [
                "住所",
                f"{committee.division.parent.parent.name}{committee.division.parent.name}{committee.division.name}",
            ],
            ["负责人", chair],
            [
                "有效期",
                f"自 {committee.certificate_from:%Y-%m-%d} 至 {committee.certificate_until:%Y-%m-%d}",
            ],
        ],
        16,
        (60, 157),
    )
    letter.sign(f"{committee.division.parent.parent.name}民政局", day_words(committee.certificate_from))
    return letter.content()


def recall_form(case: Recall) -> bytes:
    """罢免表决结果报告单."""
    member = case.member
    letter = Letter(township(case))
    letter.title("罢免表决结果报告单")
    letter.line(f"编号：{case.number}", 14, center=True, after=12)
    share = f"{case.proposers} 人（总数 {case.base} 人）"
    letter.table(
        [
            ["被提请罢免人", f"{member.committee}{member.get_post_display()} {member.name}"],
            ["提出方式", f"{case.get_by_display()} {share}"],
            ["罢免理由", case.reason],
            ["申辩意见", case.defence or "无"],
            ["表决日期", f"{case.voted_on or today():%Y-%m-%d}"],
            ["登记选民", f"{case.voters} 人"],
            ["参加投票", f"{case.cast} 人"],
            ["同意 / 不同意", f"{case.favour} / {case.against}"],
            ["结果", recall_words(case)],
        ],
        14,
        (45, 109),
    )
    letter.sign(township(case), day_words(case.voted_on or today()))
    return letter.content()
