"""Elections: what each step asks for before it is taken, and what it does. Order and roles: `grassroots.workflow`."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

from casework.services import Step, today
from core.errors import UserError
from grassroots import committees, rules
from grassroots.counting import RUNOFF
from grassroots.limits import limits_on
from grassroots.models import Election, EndedReason, Recall, Review, post_label, title_of
from grassroots.results import must_vote, results_of
from grassroots.services import dates_of, stage_due


def _day(step: Step) -> date:
    """The day that was typed, else the day of the step."""
    return step.data.get("done_on") or step.on


def _check(case: Election, step: Step, key: str) -> None:
    rules.check_date(
        key,
        _day(step),
        case.polling_day,
        limits_on(case.polling_day),
        dates_of(case) | {key: None},
        today(),
        case.elected_on,
    )


def dated(key: str) -> Callable[[Election, Step], None]:
    """Effect: keep the date under its name, and reckon the next stage's due date."""

    def effect(case: Election, step: Step) -> None:
        setattr(case, key, _day(step))
        reckon(case, step)
        step.changes.append((title_of(key), "", f"{_day(step):%Y-%m-%d}"))

    return effect


def reckon(case: Election, step: Step) -> None:
    """The legal due date of the stage that the case has come to."""
    case.due_on = stage_due(case)


# -- conditions ----------------------------------------------------------------------------------------------


def commission_ready(case: Election, step: Step) -> None:
    limits = limits_on(case.polling_day)
    members = case.commission.filter(left_on=None).count()
    if members < limits.commission_least:
        raise UserError(f"选举委员会至少 {limits.commission_least} 人，现在登记了 {members} 人。")
    if not case.is_by_election:
        rules.check_seats(case.committee.kind, case.seats_total, limits, case.mode)
        _check(case, step, "commission_on")
        return
    if _day(step) > today():
        raise UserError(f"日期 {_day(step):%Y-%m-%d} 还没有到，不能先登记。", field="done_on")


def roll_ready(case: Election, step: Step) -> None:
    """The roll is counted or named, and hangs 20 days before polling."""
    if not case.named_roll and not step.data.get("voters"):
        raise UserError("请填写登记选民（代表）数，或先逐人登记名单。", field="voters")
    if case.named_roll:
        groups = case.roll.filter(removed_on=None).values_list("group", flat=True)
        rules.check_representation(case.mode, Counter(groups), limits_on(case.polling_day))
    _check(case, step, "roll_on")


def roll_final(case: Election, step: Step) -> None:
    assert case.roll_on is not None
    last = rules.roll_closes(case.roll_on, limits_on(case.polling_day))
    if step.on <= last:
        raise UserError(
            f"名单 {case.roll_on:%Y-%m-%d} 公布，申诉期至 {last:%Y-%m-%d}（村组法第十四条），"
            f"{last + timedelta(days=1):%Y-%m-%d} 起方可确定。"
        )
    waiting = case.objections.filter(decided_on=None).count()
    if waiting:
        raise UserError(f"还有 {waiting} 件名单申诉没有处理。")


def nominated(case: Election, step: Step) -> None:
    _enough(case, case.candidates.filter(withdrawn_on=None).exclude(review=Review.FAILED))
    _check(case, step, "nominated_on")


def candidates_ready(case: Election, step: Step) -> None:
    """Every candidate is reviewed, and there are still more than seats."""
    if case.reviewed_on is None:
        raise UserError("还没有登记资格联审结果。")
    pending = case.candidates.filter(withdrawn_on=None, review=Review.PENDING)
    if pending.exists():
        raise UserError(f"{'、'.join(one.name for one in pending)}还没有联审结果。")
    _enough(case, case.candidates.filter(withdrawn_on=None, review=Review.PASSED))
    _check(case, step, "candidates_on")


def _enough(case: Election, candidates: object) -> None:
    standing = list(candidates)  # type: ignore[call-overload]
    for post, seats in case.seats.items():
        if seats:
            rules.check_nomination(post_label(post), sum(one.post == post for one in standing), seats)


def result_ready(case: Election, step: Step) -> None:
    """Every post is settled; what stays open is said in words, and the committee can work with those elected."""
    limits = limits_on(case.polling_day)
    found = results_of(case, limits)
    blank = [one.label for one in found if not one.counts]
    if blank:
        raise UserError(f"{'、'.join(blank)}还没有登记计票。")
    for one in found:
        if must_vote(case, one):
            if one.course.next_kind == RUNOFF:
                raise UserError(f"{one.label}没有选满，应先另行选举（村组法第十五条）。")
            raise UserError(f"{one.label}还须{one.next_label}，不能报送结果。")
    opened = [one for one in found if one.course.open_seats]
    if opened and not (step.data.get("vacancy_note") or "").strip():
        words = "、".join(f"{one.label} {one.course.open_seats} 人" for one in opened)
        raise UserError(f"另行选举后仍缺 {words}，请填写缺额说明。", field="vacancy_note")
    elected = sum(len(one.course.elected) for one in found)
    least = limits.residents_least if case.committee.kind == "residents" else limits.village_least
    if not case.is_by_election and elected < least and elected < case.seats_total:
        raise UserError(f"当选 {elected} 人，不足 {least} 人，不能组成委员会，应再次另行选举。")


def handover_ready(case: Election, step: Step) -> None:
    """Late is late and is recorded so; earlier than the election it can't be."""
    _check(case, step, "handover_on")


# -- effects -------------------------------------------------------------------------------------------------


def publish_roll(case: Election, step: Step) -> None:
    if not case.named_roll:
        case.voters = step.data["voters"]
        step.changes.append(("登记选民（代表）数", "", str(case.voters)))
    dated("roll_on")(case, step)


def submit_result(case: Election, step: Step) -> None:
    case.elected_on = max(case.counts.values_list("held_on", flat=True))
    case.vacancy_note = (step.data.get("vacancy_note") or "").strip()
    for one in results_of(case):
        names = "、".join(standing.name for standing in one.course.elected) or "无"
        step.changes.append((f"{one.label}当选", "", names))
    reckon(case, step)


def back_to_count(case: Election, step: Step) -> None:
    case.elected_on = None
    reckon(case, step)


def confirm_result(case: Election, step: Step) -> None:
    case.township_on = step.on
    reckon(case, step)


def file_county(case: Election, step: Step) -> None:
    """备案: the elected are the committee from the day of election on."""
    case.county_on = step.on
    made = committees.seat_elected(case)
    words = "、".join(f"{one.get_post_display()}{one.name}" for one in made)
    step.changes.append(("新一届成员", "", words))
    reckon(case, step)


def renew_certificate(case: Election, step: Step) -> None:
    data = step.data
    committees.renew_certificate(
        case.committee,
        step.actor,
        credit_code=data["credit_code"],
        valid_from=data.get("valid_from") or step.on,
        valid_until=data["valid_until"],
    )
    case.certificate_on = data.get("valid_from") or step.on


def postpone(case: Election, step: Step) -> None:
    """变更投票日 by the bureau: later is always lawful, earlier only where the dates entered so far still are."""
    day, limits = step.data["polling_day"], limits_on(step.data["polling_day"])
    if day <= step.on:
        raise UserError("投票日应晚于今天。", field="polling_day")
    if case.counts.exists():
        raise UserError("已经登记计票，不能再变更投票日。")
    for one in rules.schedule(day, limits):
        entered = getattr(case, one.key)
        if entered and entered > one.latest:
            raise UserError(
                f"{one.label}已于 {entered:%Y-%m-%d} 办理，应在{one.words}，投票日不能早于 "
                f"{day + (entered - one.latest):%Y-%m-%d}。",
                field="polling_day",
            )
    step.changes.append(("投票日", f"{case.polling_day:%Y-%m-%d}", f"{day:%Y-%m-%d}"))
    case.polling_day = day
    reckon(case, step)


def confirm_filing(case: Election) -> str:
    elected = [
        f"{one.label}{'、'.join(standing.name for standing in one.course.elected) or '缺'}"
        for one in results_of(case)
    ]
    return f"{case.subject}：{'；'.join(elected)}。新一届自 {case.elected_on:%Y-%m-%d} 产生。"


# -- recall --------------------------------------------------------------------------------------------------


def record_vote(case: Recall, step: Step) -> None:
    """表决: the result is computed from the numbers and kept with them."""
    data = step.data
    if data["done_on"] > today():
        raise UserError("表决日期不能晚于今天。", field="done_on")
    passed, words = rules.recall_passes(data["voters"], data["cast"], data["favour"], data["against"])
    case.voted_on, case.passed = data["done_on"], passed
    case.voters, case.cast, case.favour, case.against = (
        data["voters"],
        data["cast"],
        data["favour"],
        data["against"],
    )
    limits = limits_on(step.on)
    case.due_on = step.on + timedelta(days=limits.township_filing_days)
    step.changes.append(("表决结果", "", words))


def confirm_recall(case: Recall, step: Step) -> None:
    case.due_on = step.on + timedelta(days=limits_on(step.on).county_filing_days)


def file_recall(case: Recall, step: Step) -> None:
    """备案: a recall that passed ends the membership on the day of the vote."""
    if not case.passed:
        return
    member = type(case.member).objects.select_for_update().get(pk=case.member_id)
    if member.ended_reason:
        raise UserError(f"{member.name}已经离任。")
    assert case.voted_on is not None
    member.ended_reason, member.until = EndedReason.RECALL, max(case.voted_on, member.since)
    member.ended_note = f"罢免案 {case.number}"
    member.save()


def recall_words(case: Recall) -> str:
    """The computed result in words."""
    numbers = (case.voters, case.cast, case.favour, case.against)
    if any(one is None for one in numbers):
        return ""
    return rules.recall_passes(*(one or 0 for one in numbers))[1]


def confirm_recall_filing(case: Recall) -> str:
    result = "职务终止" if case.passed else "继续任职"
    return f"{case.subject}：{recall_words(case)}备案后{result}。"
