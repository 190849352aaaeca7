"""What the pages of an election show: legal dates beside the real ones, results in words, who may do what."""

from datetime import date
from typing import Any

from casework.services import today, why_not_edit
from grassroots import rules
from grassroots.limits import limits_on
from grassroots.models import Candidate, Election, Post, Review
from grassroots.results import PostResult, next_vote, results_of, short_of
from registry.models import Sex


def days_words(due: date | None, day: date) -> tuple[str, str]:
    """(逾期 3 日, bad), (今日到期, warn), (剩 5 日, …): calendar days, as election law counts them."""
    if due is None:
        return "", ""
    left = (due - day).days
    if left < 0:
        return f"逾期 {-left} 日", "bad"
    return ("今日到期", "warn") if left == 0 else (f"剩 {left} 日", "warn" if left <= 3 else "")


def schedule_rows(election: Election) -> list[dict[str, Any]]:
    """Each stage with its legal date, the date on which it was done, and how the two stand."""
    now, rows = today(), []
    limits = limits_on(election.polling_day)
    for due in rules.schedule(election.polling_day, limits, election.elected_on):
        if election.is_by_election and due.key in ("commission_on", "certificate_on"):
            continue
        actual = getattr(election, due.key)
        words, tone = "", ""
        if actual:
            late = (actual - due.latest).days
            words, tone = (f"迟 {late} 日", "bad") if late > 0 else ("按期", "ok")
        elif election.state == "open" and due.latest < now:
            words, tone = days_words(due.latest, now)
        rows.append({"due": due, "actual": actual, "words": words, "tone": tone})
    return rows


LACKS = {"woman": "没有妇女可列为候选人，请提名妇女后另行选举。", "anyone": "没有候选人，请提名后另行选举。"}


def result_rows(election: Election) -> list[dict[str, Any]]:
    """Each post: what was counted, what it came to, what follows."""
    return [
        {
            "result": one,
            "counts": [
                {"count": count, "result": found, "votes": vote_rows(count, one)}
                for count, found in zip(one.counts, one.course.results, strict=True)
            ],
            "next_names": "、".join(candidate.name for candidate in next_vote(election, one)[2]),
            "lacks": LACKS.get(short_of(one), "") if one.counts else "",
            "elected_names": "、".join(standing.name for standing in one.course.elected),
        }
        for one in results_of(election)
    ]


def vote_rows(count: Any, result: PostResult) -> list[dict[str, Any]]:
    """The votes of a count, highest first, with what they came to."""
    place = result.counts.index(count)
    found = result.course.results[place]
    elected = {one.key for one in found.elected}
    tied = {one.key for one in found.tied}
    rows = sorted(count.votes.all(), key=lambda one: (-one.votes, one.candidate.name, one.candidate_id))
    return [
        {
            "vote": one,
            "outcome": "当选"
            if one.candidate_id in elected
            else "票数相等"
            if one.candidate_id in tied
            else "未当选"
            if found.is_valid
            else "选举无效",
            "tone": "ok" if one.candidate_id in elected else "warn" if one.candidate_id in tied else "",
        }
        for one in rows
    ]


def candidate_rows(election: Election) -> list[dict[str, Any]]:
    """Candidates by post in official order."""
    found: dict[str, list[Candidate]] = {post: [] for post in election.seats}
    for one in election.candidates.order_by("id"):
        found[one.post].append(one)
    return [
        {
            "post": Post(post).label,
            "seats": seats,
            "candidates": found[post],
            "standing": sum(
                one.withdrawn_on is None and one.review != Review.FAILED and not one.write_in
                for one in found[post]
            ),
        }
        for post, seats in election.seats.items()
        if seats
    ]


def woman_words(election: Election, results: list[PostResult]) -> tuple[str, str]:
    """What the page says of the woman's seat before the result is confirmed."""
    if any(one.course.has_woman for one in results):
        return "当选人中有妇女", "ok"
    if (
        election.is_by_election
        and election.committee.members.filter(ended_reason="", sex=Sex.FEMALE).exists()
    ):
        return "现任成员中有妇女", "ok"
    if any(one.course.woman_seat for one in results):
        return "保留 1 席另行选举妇女成员", "warn"
    if any(one.counts for one in results):
        return "当选人中还没有妇女（村组法第六条：应有妇女成员）", "warn"
    return "应有妇女成员（村组法第六条）", ""


def may(election: Election, user: Any) -> dict[str, bool]:
    """Which links the page offers to this account at this stage."""
    open_ = not why_not_edit(election, user)
    at = election.stage
    return {
        "plan": open_ and at in ("commission", "register"),
        "commission": open_ and at in ("commission", "register", "objection", "nominate"),
        "roll": open_ and at in ("register", "objection"),
        "roll_import": open_ and at == "register" and election.mode != "groups",
        "objection": open_ and at == "objection",
        "candidates": open_ and at in ("nominate", "poll"),
        "withdraw": open_ and at in ("nominate", "review", "poll"),
        "review": open_ and at == "review",
        "count": open_ and at == "poll",
        "agents": open_ and at in ("objection", "nominate", "review", "poll"),
    }


_PARTS = {
    "commission": ("plan", "roll", "candidates", "results"),
    "register": ("roll", "plan", "candidates", "results"),
    "objection": ("roll", "plan", "candidates", "results"),
    "nominate": ("candidates", "roll", "plan", "results"),
    "review": ("candidates", "roll", "plan", "results"),
}


def parts_of(election: Election) -> list[str]:
    """The cards of the page, what the stage works on first."""
    names = _PARTS.get(election.stage, ("results", "candidates", "roll", "plan"))
    return [f"grassroots/_{name}.html" for name in names]
