"""The way of a marriage, a divorce and a replacement, with their numbers and days."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from casework.services import move
from core.errors import Conflict, NotAllowed, UserError
from core.models import WorkdayOverride
from marriage import days, services, status
from marriage.models import Certificate, DayRegister, Kind, MarriageCase, Party, Registration
from registry.models import Person
from tests import factories
from tests.marriage.makers import DAY, as_typed, divorcing, entry, fresh, married, party, registrar

pytestmark = pytest.mark.django_db
D = date.fromisoformat


@pytest.fixture
def clerk():
    return registrar(full_name="唐婉")


# --- marriage ---


def test_a_couple_is_married_and_gets_the_years_first_number(clerk):
    case = married(clerk)
    file = case.registration
    assert (case.number, case.state, case.stage) == ("JH-2020-00001", "granted", "registered")
    assert (file.registered_on, file.state) == (DAY, "registered")
    assert [one.number for one in file.certificates.all()] == ["J430503-2020-000001"]
    assert married(clerk).registration.certificates.get().number == "J430503-2020-000002"
    assert married(clerk, on=D("2021-01-04")).registration.certificates.get().number == "J430503-2021-000001"


def test_who_is_not_registered_is_added_and_who_is_registered_is_found(clerk):
    known = factories.person(name="周建国", birth_date=D("1990-05-01"))
    typed = party("M", name="周建 国", id_number=known.id_number)
    case = services.apply(entry(man=typed), clerk, on=DAY)
    man, woman = case.registration.both
    assert man.person == known
    assert woman.person.division_id == "430503"
    assert Person.objects.count() == 2


def test_a_name_that_the_registry_has_otherwise_is_a_warning_and_stays_as_typed(clerk):
    known = factories.person(name="周建国", birth_date=D("1990-05-01"))
    case = services.apply(entry(man=party("M", name="周健国", id_number=known.id_number)), clerk, on=DAY)
    man = case.registration.both[0]
    assert (man.name, man.person.name) == ("周健国", "周建国")
    found = services.rules.checks(status.facts_of(case.registration, DAY))
    assert "name_M" in {one.code for one in found if one.level == "warn"}


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"man": party("M", id_number="430503199005011234")}, "man_id_number", "校验位不符"),
        ({"man": party("F")}, "man_id_number", "女性"),
        ({"woman": party("F", name=" ")}, "woman_name", "请填姓名"),
        ({"woman": party("F", birth=D("2000-06-02"))}, None, "未达法定婚龄 20 周岁，2020-06-02 起"),
        ({"unrelated": False}, None, "旁系血亲"),
        ({"both_present": False}, None, "没有共同到场"),
    ],
)
def test_what_is_wrong_is_refused_and_leaves_nothing(clerk, fields, field, words):
    with pytest.raises(UserError, match=words) as caught:
        services.apply(entry(**fields), clerk, on=DAY)
    assert caught.value.field == field
    assert not Registration.objects.exists() and not Person.objects.exists()


def test_the_parties_may_ask_for_a_written_refusal(clerk):
    made = entry(woman=party("F", birth=D("2002-01-01")))
    case = services.apply(made, clerk, on=DAY, refusal=True)
    assert (case.stage, case.registration.state) == ("refused", "ended") or fresh(
        case
    ).registration.state == "ended"
    assert "法定婚龄" in case.events.get(action="refuse").opinion
    with pytest.raises(UserError, match="没有不予登记的情形"):
        services.apply(entry(), clerk, on=DAY, refusal=True)


def test_nobody_is_married_twice(clerk):
    first = married(clerk)
    again = as_typed(first.registration.both[0], before="single")
    with pytest.raises(UserError, match=r"登记为已婚.*J430503-2020-000001"):
        services.apply(entry(man=again), clerk, on=DAY)


def test_who_was_married_between_application_and_issue_gets_no_second_certificate(clerk):
    man = party("M")
    cases = [services.apply(entry(man=man), clerk, on=DAY) for _ in range(2)]
    for case in cases:
        move(case, "accept", clerk, on=DAY)
    services.issue(cases[0], clerk, on=DAY)
    with pytest.raises(UserError, match="登记为已婚"):
        services.issue(cases[1], clerk, on=DAY)
    assert Certificate.objects.count() == 1
    assert married(clerk).registration.certificates.get().serial == 2


def test_an_application_is_put_right_with_before_and_after(clerk):
    case = services.apply(entry(man=party("M", name="张三")), clerk, on=DAY)
    man, woman = case.registration.both
    better = entry(
        man=as_typed(man, name="张山", before="single", hukou="大祥区"),
        woman=as_typed(woman, before="divorced", hukou="大祥区"),
        papers=[*entry().papers, "former"],
    )
    case = services.correct_entry(case, better, clerk, case.version)
    changes = case.events.first().changes
    assert ["男方姓名", "张三", "张山"] in changes
    assert ["女方登记前婚姻状况", "未婚", "离婚"] in changes
    assert case.subject.startswith("张山、")
    with pytest.raises(Conflict):
        services.correct_entry(case, entry(), clerk, 1)


# --- the register is never edited ---


def test_the_database_lets_nobody_edit_a_registered_act(clerk):
    file = married(clerk).registration
    for change in (
        lambda: Registration.objects.filter(pk=file.pk).update(note="改"),
        lambda: Party.objects.filter(registration=file).update(name="改"),
        lambda: Party.objects.filter(registration=file)._raw_delete("default"),
        lambda: Certificate.objects.filter(registration=file).update(number="J430503-2020-000099"),
        lambda: Certificate.objects.filter(registration=file)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_court_annuls_and_the_act_is_only_annotated(clerk):
    file = married(clerk).registration
    with pytest.raises(UserError, match="文书字号") as caught:
        services.annotate(file, "annulled", D("2020-09-01"), "因胁迫撤销", clerk, authority="大祥区人民法院")
    assert caught.value.field == "document"
    note = services.annotate(
        file,
        "annulled",
        D("2020-09-01"),
        "因胁迫撤销",
        clerk,
        authority="大祥区人民法院",
        document="（2020）湘0503民初1号",
    )
    man = file.both[0]
    assert status.statuses([man.person_id])[man.person_id].state == "single"
    again = as_typed(man, before="single")
    assert services.apply(entry(man=again), clerk, on=D("2020-10-09"))
    with pytest.raises(IntegrityError), transaction.atomic():
        note.text = "改"
        note.save()


@pytest.mark.parametrize(("on", "words"), [(DAY - timedelta(days=1), "登记日"), (date(2999, 1, 1), "今天")])
def test_an_annotation_lies_between_the_act_and_today(clerk, on, words):
    with pytest.raises(UserError, match=words):
        services.annotate(married(clerk).registration, "note", on, "更正说明", clerk)


# --- spoiled numbers ---


def test_a_spoiled_number_is_accounted_for_and_the_next_one_is_printed(clerk):
    file = married(clerk).registration
    first = file.certificates.get()
    services.mark_printed(first, clerk)
    services.spoil(first, "打印错位", clerk, on=DAY)
    with pytest.raises(UserError, match="已经作废"):
        services.spoil(first, "打印错位", clerk, on=DAY)
    with pytest.raises(UserError, match="已作废，不能打印"):
        services.mark_printed(first, clerk)
    second = services.reprint(file, clerk, on=DAY)
    assert (second.number, file.registered_on) == ("J430503-2020-000002", DAY)
    with pytest.raises(UserError, match="没有作废"):
        services.reprint(file, clerk, on=DAY)
    assert days.gaps("J", "430503", 2020) == []
    labels = [one.label for one in fresh(MarriageCase.objects.get()).events.all()]
    assert labels[:2] == ["重新打证 J430503-2020-000002", "作废 J430503-2020-000001"]


def test_spoiling_asks_for_a_reason(clerk):
    certificate = married(clerk).registration.certificates.get()
    with pytest.raises(UserError, match="作废原因") as caught:
        services.spoil(certificate, " ", clerk, on=DAY)
    assert caught.value.field == "reason"


# --- divorce ---


def test_applied_for_on_the_last_day_of_2020_the_certificate_comes_the_same_day(clerk):
    case = divorcing(clerk, D("2020-12-31"))
    assert (case.stage, case.registration.receipt_on) == ("issue", None)
    assert services.issue(case, clerk, on=D("2020-12-31")).number == "L430503-2020-000001"


def test_applied_for_on_the_first_day_of_2021_there_is_a_receipt_and_a_cooling_off(clerk):
    case = divorcing(clerk, D("2021-01-01"))
    file = case.registration
    assert (case.stage, case.actor_role, file.cooling_off_ends) == ("cooling", "", D("2021-02-01"))
    for step in ("issue", "accept"):
        with pytest.raises(UserError):
            move(case, step, clerk, on=D("2021-01-01"))


def test_nobody_gets_round_the_cooling_off(clerk):
    couple = married(clerk, on=D("2015-03-02"))
    man, woman = (as_typed(one) for one in couple.registration.both)
    made = entry(Kind.DIVORCE, D("2021-01-04"), man=man, woman=woman)
    case = services.apply(made, clerk, on=D("2021-01-04"))
    with pytest.raises(UserError, match="须经冷静期"):
        move(case, "accept", clerk, on=D("2021-01-04"))


def test_a_divorce_of_2021_day_by_day(clerk):
    case = divorcing(clerk, D("2021-01-04"))
    assert case.due_on == D("2021-02-03")
    assert services.pass_time(case, D("2021-02-03")).stage == "cooling"
    case = services.pass_time(case, D("2021-02-04"))
    assert (case.stage, case.actor_role, case.due_on) == ("issue", "registrar", D("2021-03-05"))
    assert services.pass_time(case, D("2021-03-05")).stage == "issue"
    assert services.issue(case, clerk, on=D("2021-03-05")).issued_on == D("2021-03-05")
    man = case.registration.both[0]
    assert status.statuses([man.person_id])[man.person_id].state == "divorced"


def test_after_the_window_it_counts_as_withdrawn(clerk):
    case = divorcing(clerk, D("2021-01-04"))
    assert services.pass_time_everywhere(D("2021-02-04")) == {"opened": 1, "withdrawn": 0}
    assert services.pass_time_everywhere(D("2021-03-05")) == {"opened": 0, "withdrawn": 0}
    case = fresh(case)
    with pytest.raises(UserError, match="视为撤回"):
        services.issue(case, clerk, on=D("2021-03-06"))
    assert services.pass_time_everywhere(D("2021-03-06")) == {"opened": 0, "withdrawn": 1}
    case = fresh(case)
    assert (case.stage, case.state, case.registration.state) == ("deemed", "withdrawn", "ended")
    assert case.events.first().actor is None
    assert services.pass_time_everywhere(D("2021-03-07")) == {"opened": 0, "withdrawn": 0}


def test_a_case_that_nobody_looked_at_passes_through_both_days_at_once(clerk):
    case = divorcing(clerk, D("2021-01-04"))
    assert services.pass_time_everywhere(D("2021-06-01")) == {"opened": 1, "withdrawn": 1}
    assert fresh(case).stage == "deemed"


def test_either_may_withdraw_within_the_cooling_off_and_not_after_it(clerk):
    first, second = divorcing(clerk, D("2021-01-04")), divorcing(clerk, D("2021-01-04"))
    with pytest.raises(UserError, match="意见"):
        move(first, "withdraw", clerk, on=D("2021-02-03"))
    ended = move(first, "withdraw", clerk, opinion="女方到场撤回申请", on=D("2021-02-03"))
    assert fresh(ended).registration.state == "ended"
    second = services.pass_time(second, D("2021-02-04"))
    with pytest.raises(UserError, match="冷静期已满"):
        move(second, "withdraw", clerk, opinion="女方到场撤回申请", on=D("2021-02-04"))


def test_the_days_change_only_by_a_recorded_correction(clerk):
    case = divorcing(clerk, D("2021-01-12"))
    assert case.registration.cooling_off_ends == D("2021-02-18")
    WorkdayOverride.objects.create(day=D("2021-02-18"), is_workday=False, name="闭馆")
    assert fresh(case).registration.cooling_off_ends == D("2021-02-18")
    with pytest.raises(UserError, match="更正原因"):
        services.correct_receipt(case, D("2021-01-12"), "", clerk)
    services.correct_receipt(case, D("2021-01-12"), "2 月 18 日闭馆，重新计算", clerk)
    changed = fresh(case)
    assert changed.registration.cooling_off_ends == D("2021-02-19")
    assert ["冷静期届满", "2021-02-18", "2021-02-19"] in changed.events.get(action="correct_receipt").changes


def test_no_receipt_without_a_calendar(clerk):
    couple = married(clerk, on=D("2015-03-02"))
    man, woman = (as_typed(one) for one in couple.registration.both)
    day = D("2031-05-06")
    case = services.apply(entry(Kind.DIVORCE, day, man=man, woman=woman), clerk, on=day)
    with pytest.raises(UserError, match="2031年的节假日安排还没有录入"):
        move(case, "receive", clerk, on=day)
    assert fresh(case).stage == "declare"


def test_a_divorce_of_strangers_is_refused(clerk):
    with pytest.raises(UserError, match="没有双方的结婚登记"):
        services.apply(entry(Kind.DIVORCE, DAY), clerk, on=DAY)
    case = services.apply(entry(Kind.DIVORCE, DAY, prior_number="J430102-2012-000123"), clerk, on=DAY)
    assert case.registration.prior is None


# --- replacement ---


def test_a_lost_certificate_is_replaced_from_the_register(clerk):
    couple = married(clerk)
    man, woman = (as_typed(one) for one in couple.registration.both)
    made = entry(Kind.REISSUE_MARRIAGE, DAY, man=man, woman=woman)
    case = services.apply(made, clerk, on=DAY)
    assert case.registration.prior == couple.registration
    assert case.registration.prior_number == "J430503-2020-000001"
    case = move(case, "accept", clerk, on=DAY)
    assert services.issue(case, clerk, on=DAY).number == "BJ430503-2020-000001"
    # A replacement is no act: they are still married by the first one.
    one = fresh(case).registration.both[0]
    assert status.statuses([one.person_id])[one.person_id].number == "J430503-2020-000001"


# --- the day ---


def test_a_closed_day_takes_nothing_more(clerk):
    file = married(clerk).registration
    services.spoil(file.certificates.get(), "卡纸", clerk, on=DAY)
    with pytest.raises(UserError, match="还没有重新打证"):
        days.close_day(clerk, DAY)
    services.reprint(file, clerk, on=DAY)
    married(clerk)
    register = days.close_day(clerk, DAY)
    line = register.lines[0]
    assert (line["given"], line["spoiled"], line["standing"]) == (3, 1, 2)
    assert (line["first"], line["last"]) == ("J430503-2020-000001", "J430503-2020-000003")
    assert line["spoiled_numbers"] == [["J430503-2020-000001", "卡纸"]]
    with pytest.raises(UserError, match="已经关闭"):
        days.close_day(clerk, DAY)
    with pytest.raises(UserError, match="已经关闭"):
        married(clerk)
    with pytest.raises(UserError, match="已经关闭"):
        services.spoil(Certificate.objects.get(serial=2), "卡纸", clerk, on=DAY)
    assert married(clerk, on=DAY + timedelta(days=1)).registration.certificates.get().serial == 4


def test_the_database_holds_a_closed_day(clerk):
    register = days.close_day(clerk, DAY)
    file = married(clerk, on=DAY + timedelta(days=1)).registration
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            registration=file,
            number="J1",
            letter="J",
            year=2020,
            serial=9,
            issued_on=DAY,
            state="spoiled",
            spoiled_on=DAY,
            spoiled_reason="x",
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.filter(registration=file).update(
            state="spoiled", spoiled_on=DAY, spoiled_reason="x"
        )
    for change in (
        lambda: DayRegister.objects.filter(pk=register.pk).update(note="改"),
        lambda: DayRegister.objects.filter(pk=register.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_day_to_come_is_not_closed(clerk):
    with pytest.raises(UserError, match="还没有到"):
        days.close_day(clerk, date(2999, 1, 1))


# --- rights ---


def test_only_registrars_of_the_office_act(clerk):
    case = services.apply(entry(), clerk, on=DAY)
    for other in (factories.user("bureau_officer", lines=["marriage"]), factories.user("leader")):
        with pytest.raises(NotAllowed):
            services.apply(entry(), other, on=DAY)
        with pytest.raises(NotAllowed):
            move(case, "accept", other, on=DAY)
