"""What a year's figures count, and what they don't (contracts §7, docs/figures.md)."""

import json
from datetime import date
from io import StringIO

from django.core.management import call_command

from benefits.services import change_entitlement, end_entitlement, lift_hold, place_hold
from payouts import services
from registry.services import new_account
from reports.figures import average, figures
from tests import factories

U = "dibao_urban."


def test_an_average_is_a_twelfth_half_up():
    assert [average(months) for months in (60_953, 14_970, 99_875, 27_261, 5, 6, 0)] == [
        5079, 1248, 8323, 2272, 0, 1, 0,
    ]  # fmt: skip


def test_nothing_is_counted_in_an_empty_instance(bureau):
    assert figures(2020) == {}


def test_a_month_counts_once_it_is_paid_at_the_bank(bureau):
    bureau.grant("2019-12", members=2)
    run = services.build_run("dibao_urban", date(2020, 1, 1), actor=bureau.maker, enqueue=False)
    from core.jobs import run_job_inline

    run_job_inline(run.job)
    assert figures(2020)[U + "household_months"] == 0
    bureau.send(run)
    found = figures(2020)
    assert (found[U + "household_months"], found[U + "person_months"]) == (1, 2)
    assert found[U + "amount"] == "800.00"
    assert set(found) == {
        U + key
        for key in (
            "household_months", "person_months", "amount", "avg_households", "avg_persons", "new_households",
            "new_persons", "ended_households", "ended_persons", "live_households", "live_persons",
        )
    }  # fmt: skip
    assert figures(2021) == {
        **dict.fromkeys(found, 0), U + "amount": "0.00", U + "live_households": 1, U + "live_persons": 2,
    }  # fmt: skip


def test_what_failed_counts_nothing_until_it_is_reissued(bureau):
    held = bureau.grant("2019-12")
    bureau.pay("2020-01", fails=1)
    assert figures(2020)[U + "household_months"] == 0
    new_account(held.person, factories.account_number(), "农业银行")
    [again] = services.build_reissue(date(2020, 1, 1), ["dibao_urban"], bureau.maker)
    bureau.send(again)
    found = figures(2020)
    assert (found[U + "household_months"], found[U + "amount"]) == (1, "300.00")


def test_arrears_of_a_month_that_was_not_paid_add_its_household_month(bureau):
    held = bureau.grant("2019-12", members=2)
    bureau.pay("2020-01")
    hold = place_hold(held, date(2020, 2, 1), None, "核查户籍", bureau.officer)
    other = bureau.grant("2020-02")
    bureau.pay("2020-02")
    lift_hold(hold, "已核实", bureau.officer)
    bureau.pay("2020-03")
    found = figures(2020)
    # January, February (as arrears) and March of the one, February and March of the other.
    assert (found[U + "household_months"], found[U + "person_months"]) == (5, 8)
    assert found[U + "amount"] == f"{3 * 800 + 2 * 300}.00"
    assert other.monthly_amount == 300


def test_a_change_of_the_past_adds_to_the_amount_alone_and_a_recovery_takes_away(bureau):
    held = bureau.grant("2019-12", income=200)
    bureau.pay("2020-01")
    more = bureau.assess(_home(held), date(2020, 1, 1), income=150)
    raised = change_entitlement(held, more, date(2020, 1, 1), "收入减少", bureau.officer)
    bureau.pay("2020-02")
    found = figures(2020)
    assert (found[U + "household_months"], found[U + "amount"]) == (2, "700.00")

    less = bureau.assess(_home(held), date(2020, 2, 1), income=170)
    change_entitlement(raised, less, date(2020, 2, 1), "收入增加", bureau.officer)
    bureau.pay("2020-03")
    found = figures(2020)
    # February had been paid 20 yuan too much: 330 − 20.
    assert (found[U + "household_months"], found[U + "amount"]) == (3, "1010.00")


def test_new_is_who_had_nothing_in_the_month_before_and_ended_who_is_not_continued(bureau):
    stock = bureau.grant("2019-12", members=3)
    new = bureau.grant("2020-03", members=2)
    # A change of amount is neither an ending nor a new one.
    change_entitlement(
        new, bureau.assess(_home(new), date(2020, 6, 1), income=0), date(2020, 6, 1), "变更", None
    )
    end_entitlement(stock, date(2020, 4, 1), "vehicle", "", None)
    # Decided in the year, but paid through December: it ends in the next year.
    late = bureau.grant("2019-11")
    end_entitlement(late, date(2020, 12, 1), "death", "", None)
    found = figures(2020)
    assert (found[U + "new_households"], found[U + "new_persons"]) == (1, 2)
    assert (found[U + "ended_households"], found[U + "ended_persons"]) == (1, 3)
    assert found[U + "ended.vehicle"] == 1 and U + "ended.death" not in found
    assert (found[U + "live_households"], found[U + "live_persons"]) == (2, 3)
    assert figures(2021)[U + "ended.death"] == 1


def test_coming_back_after_a_gap_is_new_again(bureau):
    first = bureau.grant("2019-06")
    end_entitlement(first, date(2020, 1, 1), "income", "", None)
    again = bureau.grant("2020-05", home=_home(first))
    found = figures(2020)
    assert (found[U + "new_households"], found[U + "ended_households"]) == (1, 1)
    assert again.person == first.person


def test_the_command_prints_the_contract_s_keys(bureau):
    bureau.grant("2019-12")
    out = StringIO()
    call_command("figures", "--year", "2020", "--json", stdout=out)
    assert json.loads(out.getvalue()) == figures(2020)


def _home(entitlement):
    home = entitlement.household
    home.head = entitlement.person
    home.people = [member.person for member in entitlement.members.select_related("person")]
    return home
