"""The dates and persons of an election, by law. Pure functions: facts in, answers or a refusal in words out.

村民委员会组织法 (2018) is 村组法 below, 城市居民委员会组织法 (2018) 居组法. What no national law fixes is common
practice (○) and, like every number here, a dated parameter (`grassroots.limits`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.errors import UserError

ADULT = 18


@dataclass(frozen=True)
class Limits:
    """The numbers in force on polling day; days are calendar days. Defaults are the shipped ones."""

    commission_days: int = 30
    roll_days: int = 20
    objection_days: int = 5
    decision_days: int = 3
    nomination_days: int = 10
    review_days: int = 7
    candidates_days: int = 5
    further_days: int = 30
    township_filing_days: int = 3
    county_filing_days: int = 7
    handover_days: int = 10
    certificate_days: int = 30
    recall_days: int = 30
    commission_least: int = 3
    proxies_most: int = 3
    village_least: int = 3
    village_most: int = 7
    residents_least: int = 5
    residents_most: int = 9
    supervisors_least: int = 3
    supervisors_most: int = 5
    term_years: int = 5
    group_least: int = 2
    group_most: int = 3
    runoff_share: int = 3
    recall_voters_share: int = 5
    recall_representatives_share: int = 3
    woman_rule: str = "last_seat"


@dataclass(frozen=True)
class Due:
    """A stage's legal date: the last lawful day (`latest`), the article it comes from, in how many days of what."""

    key: str
    label: str
    latest: date
    article: str
    words: str
    exact: bool = False


# key, label, limit, article: so many days before polling day at the latest.
_BEFORE = (
    ("commission_on", "推选产生选举委员会", "commission_days", "省选举办法"),
    ("roll_on", "公布选民名单", "roll_days", "村组法第十四条"),
    ("nominated_on", "提名候选人", "nomination_days", "省选举办法"),
    ("reviewed_on", "候选人资格联审", "review_days", "省选举办法"),
    ("candidates_on", "公布正式候选人", "candidates_days", "省选举办法"),
)
# … so many days after the committee was elected.
_AFTER = (
    ("township_on", "乡镇（街道）确认并备案", "township_filing_days", "省选举办法"),
    ("county_on", "区民政局备案", "county_filing_days", "省选举办法"),
    ("handover_on", "工作移交", "handover_days", "村组法第二十条"),
    ("certificate_on", "换发统一社会信用代码证书", "certificate_days", "民政部门赋码规定"),
)


def schedule(polling_day: date, limits: Limits, elected_on: date | None = None) -> list[Due]:
    """All dates of an election in order, computed from polling day; what follows it from the day of election.

    Before the election those are reckoned as if the committee came into being on polling day.
    """
    found = [
        Due(
            key,
            label,
            polling_day - timedelta(days=getattr(limits, name)),
            article,
            f"投票日 {getattr(limits, name)} 日前",
        )
        for key, label, name, article in _BEFORE
    ]
    found.append(
        Due("polled_on", "投票、公开计票、当场公布", polling_day, "村组法第十五条", "投票日当日", True)
    )
    base = elected_on or polling_day
    found += [
        Due(
            key,
            label,
            base + timedelta(days=getattr(limits, name)),
            article,
            f"新一届产生之日起 {getattr(limits, name)} 日内",
        )
        for key, label, name, article in _AFTER
    ]
    return found


def due_of(key: str, polling_day: date, limits: Limits, elected_on: date | None = None) -> Due:
    """The legal date of one stage."""
    return next(one for one in schedule(polling_day, limits, elected_on) if one.key == key)


ORDER = [key for key, *_ in _BEFORE] + ["polled_on"] + [key for key, *_ in _AFTER]


def check_date(
    key: str,
    day: date,
    polling_day: date,
    limits: Limits,
    known: Mapping[str, date | None],
    today: date,
    elected_on: date | None = None,
) -> None:
    """Refuse a date that the law does not allow, naming article and both dates.

    `known`: dates entered so far by key. A date in the future, out of order, too late before polling day (19 days are
    not 20), or too late after the election is refused. After the election lateness is a fact that must be recordable:
    only dates before it are bound by polling day, since a later polling day mends them.
    """
    due = due_of(key, polling_day, limits, elected_on)
    if day > today:
        raise UserError(f"{due.label}的日期 {day:%Y-%m-%d} 还没有到，不能先登记。", field="done_on")
    if due.exact and day != polling_day:
        raise UserError(
            f"{due.label}应在投票日当天（{due.article}）：投票日是 {polling_day:%Y-%m-%d}，填写的是 {day:%Y-%m-%d}。",
            field="done_on",
        )
    before = [found for one in ORDER[: ORDER.index(key)] if (found := known.get(one))]
    if before and day < max(before):
        last = max(before)
        raise UserError(f"{due.label}的日期 {day:%Y-%m-%d} 早于上一环节的 {last:%Y-%m-%d}。", field="done_on")
    if any(key == one for one, *_ in _BEFORE) and day > due.latest:
        raise UserError(
            f"{due.label}应在{due.words}（{due.article}）：投票日 {polling_day:%Y-%m-%d}，最迟 {due.latest:%Y-%m-%d}；"
            f"填写的是 {day:%Y-%m-%d}，距投票日只有 {(polling_day - day).days} 日。请核对，或报区民政局推迟投票日。",
            field="done_on",
        )


def check_objection(published: date, raised: date, limits: Limits) -> None:
    """村组法第十四条: an objection to the roll is raised within 5 days of its publication."""
    last = published + timedelta(days=limits.objection_days)
    if not published <= raised <= last:
        raise UserError(
            f"对选民名单的申诉应自公布之日起 {limits.objection_days} 日内提出（村组法第十四条）："
            f"{published:%Y-%m-%d} 公布，至 {last:%Y-%m-%d} 止；填写的是 {raised:%Y-%m-%d}。",
            field="raised_on",
        )


def check_decision(raised: date, decided: date, limits: Limits) -> None:
    """村组法第十四条: the election committee decides within 3 days of the objection."""
    last = raised + timedelta(days=limits.decision_days)
    if not raised <= decided <= last:
        raise UserError(
            f"选举委员会应自收到申诉之日起 {limits.decision_days} 日内处理（村组法第十四条）：{raised:%Y-%m-%d} 收到，"
            f"至 {last:%Y-%m-%d} 止；填写的是 {decided:%Y-%m-%d}。",
            field="decided_on",
        )


def roll_closes(published: date, limits: Limits) -> date:
    """The last day of objections to the roll; it is final from the day after."""
    return published + timedelta(days=limits.objection_days)


# -- who may vote, who may stand -----------------------------------------------------------------------------


def age_on(birth: date, day: date) -> int:
    """Completed years on that day; born on 29 February, a year is completed on 1 March of a common year."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def is_of_age(birth: date, polling_day: date) -> bool:
    """村组法第十三条: 18 on polling day; whoever turns 18 that very day votes."""
    return age_on(birth, polling_day) >= ADULT


def why_no_voter(birth: date, polling_day: date, deprived: bool = False, elsewhere: str = "") -> str:
    """Why somebody can't be put on the roll, in words; empty when he can. `elsewhere`: the village that has him."""
    if not is_of_age(birth, polling_day):
        born = f"{birth:%Y-%m-%d} 出生"
        return f"投票日 {polling_day:%Y-%m-%d} 未满 {ADULT} 周岁（{born}），没有选举权（村组法第十三条）。"
    if deprived:
        return "依法被剥夺政治权利，不列入选民名单（村组法第十三条）。"
    if elsewhere:
        return f"已在{elsewhere}登记参加选举，不得重复登记（村组法第十三条）。"
    return ""


def check_seats(kind: str, seats: int, limits: Limits, mode: str = "") -> None:
    """Village committees have 3–7 members (村组法第六条), residents' committees 5–9 (居组法第七条)."""
    residents = kind == "residents"
    least = limits.residents_least if residents else limits.village_least
    most = limits.residents_most if residents else limits.village_most
    if not least <= seats <= most:
        law = "居组法第七条" if residents else "村组法第六条"
        name = "居民委员会" if residents else "村民委员会"
        raise UserError(
            f"{name}应由 {least} 至 {most} 人组成（{law}），现在合计 {seats} 人。", field="member_seats"
        )
    if not residents and mode not in ("", "voters"):
        raise UserError(
            "村民委员会由全体登记选民直接选举（村组法第十一条），不能按户或按小组代表选举。", field="mode"
        )


def check_representation(mode: str, by_group: Mapping[str, int], limits: Limits) -> None:
    """居组法第八条: one representative a household, or two or three a residents' group; all voters else."""
    least, most = {
        "households": (1, 1),
        "groups": (limits.group_least, limits.group_most),
    }.get(mode, (0, 0))
    if not most:
        return
    unit = "每户" if mode == "households" else "每个居民小组"
    wanted = f"{least}" if least == most else f"{least} 至 {most}"
    for group, count in sorted(by_group.items()):
        if not group:
            raise UserError(f"有 {count} 名代表没有填写户编号或居民小组，请补齐后再公布名单。")
        if not least <= count <= most:
            raise UserError(f"{unit}应推选 {wanted} 名代表（居组法第八条），“{group}”现在有 {count} 名。")


def check_proxy(
    voter: str, agent: str, agent_is_candidate: bool, already: Iterable[str], limits: Limits
) -> None:
    """村组法第十五条, ○: a voter on the roll acts for at most 3 close relatives; a candidate acts for nobody."""
    held = list(already)
    if voter == agent:
        raise UserError("不能委托自己。", field="agent")
    if agent_is_candidate:
        raise UserError(f"{agent}是候选人，不得接受委托投票。", field="agent")
    if len(held) >= limits.proxies_most:
        raise UserError(
            f"每一登记选民接受委托不得超过 {limits.proxies_most} 人：{agent}已接受{'、'.join(held)}的委托。",
            field="agent",
        )


def check_nomination(post: str, candidates: int, seats: int) -> None:
    """差额选举 (村组法第十五条): more candidates than seats for each post."""
    if candidates <= seats:
        raise UserError(
            f"{post}应选 {seats} 人，候选人只有 {candidates} 人；候选人的名额应当多于应选名额（村组法第十五条）。"
        )


# -- recall --------------------------------------------------------------------------------------------------


def check_recall_proposal(by: str, names: int, base: int, limits: Limits) -> None:
    """村组法第十六条: 1/5 of the voters or 1/3 of the villagers' representatives propose; exactly so many is enough."""
    if names > base:
        raise UserError(f"联名 {names} 人多于总数 {base} 人，请核对。", field="proposers")
    share = limits.recall_voters_share if by == "voters" else limits.recall_representatives_share
    what = "有选举权的村（居）民" if by == "voters" else "村（居）民代表"
    if names * share < base:
        least = -(-base // share)
        raise UserError(
            f"罢免应由 1/{share} 以上{what}联名提出（村组法第十六条）：{base} 人至少 {least} 人，现在 {names} 人。",
            field="proposers",
        )


def recall_passes(voters: int, cast: int, favour: int, against: int) -> tuple[bool, str]:
    """村组法第十六条: > half of the registered vote, and > half of the cast agree. Refuses sums that don't add up."""
    if cast > voters:
        raise UserError(f"投票 {cast} 人，多于登记选民 {voters} 人，请核对。", field="cast")
    if favour + against > cast:
        raise UserError(
            f"同意 {favour} + 不同意 {against} = {favour + against}，多于收回的 {cast} 票，请核对。",
            field="favour",
        )
    if cast * 2 <= voters:
        return False, f"投票 {cast} 人，未超过登记选民 {voters} 人的半数，罢免不通过。"
    if favour * 2 <= cast:
        return False, f"同意 {favour} 票，未超过所投 {cast} 票的半数，罢免不通过。"
    return (
        True,
        f"投票 {cast} 人，超过登记选民 {voters} 人的半数；同意 {favour} 票，超过所投票的半数，罢免通过。",
    )


# -- supervision committee -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kin:
    """Somebody of the own household who serves on the committee, and how the two are related."""

    name: str
    relation: str


def check_supervisors(
    people: Sequence[tuple[str, str]], members: Iterable[str], kin: Mapping[str, Kin], limits: Limits
) -> None:
    """Who may watch over a committee (村组法第三十二条): three to five, none of them a member or a member's relative.

    `people`: (name, ID number), the head first; `members`: ID numbers of who serves on the committee; `kin`: by ID
    number, whom the registry knows to share a household with a member. UserError names the first that may not.
    """
    if not limits.supervisors_least <= len(people) <= limits.supervisors_most:
        least, most = limits.supervisors_least, limits.supervisors_most
        raise UserError(f"监督委员会应为 {least} 至 {most} 人，填了 {len(people)} 人（村组法第三十二条）。")
    seen: set[str] = set()
    serving = set(members)
    for name, number in people:
        if number in seen:
            raise UserError(f"{name}填了两次。")
        seen.add(number)
        if number in serving:
            raise UserError(f"{name}是村（居）民委员会成员，不能任监督委员会成员（村组法第三十二条）。")
        if number in kin:
            raise UserError(
                f"{name}与村（居）民委员会成员{kin[number].name}同户（{kin[number].relation}），近亲属不能任监督委员会"
                "成员（村组法第三十二条）。"
            )
