"""The law of marriage registration, example by example."""

from datetime import date

import pytest

from core.errors import UserError
from core.models import WorkdayOverride
from core.workdays import Calendar
from marriage import periods, rules
from marriage.rules import Act, Facts, Side, Status

D = date.fromisoformat


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("receipt", "ends", "opens", "until", "why"),
    [
        ("2021-01-04", "2021-02-03", "2021-02-04", "2021-03-05", "the first Monday under the Civil Code"),
        (
            "2021-01-12",
            "2021-02-18",
            "2021-02-19",
            "2021-03-22",
            "the 30th day is New Year's Eve of the old calendar",
        ),
        ("2020-12-31", "2021-02-01", "2021-02-02", "2021-03-03", "over New Year; the 30th day is a Saturday"),
        (
            "2021-12-02",
            "2022-01-04",
            "2022-01-05",
            "2022-02-07",
            "the 30th day, 1 January, is a holiday until the 3rd",
        ),
        ("2024-01-30", "2024-02-29", "2024-03-01", "2024-04-01", "the 30th day is the leap day"),
        (
            "2024-02-29",
            "2024-04-01",
            "2024-04-02",
            "2024-05-06",
            "from the leap day; the 30th day is a Saturday",
        ),
        ("2023-01-30", "2023-03-01", "2023-03-02", "2023-03-31", "no leap day in between"),
        (
            "2021-01-21",
            "2021-02-20",
            "2021-02-21",
            "2021-03-22",
            "the 30th day is a make-up Saturday: a working day",
        ),
        ("2021-08-27", "2021-09-26", "2021-09-27", "2021-10-26", "the 30th day is a make-up Sunday"),
        (
            "2021-09-01",
            "2021-10-08",
            "2021-10-09",
            "2021-11-08",
            "the 30th day is National Day, closed until the 7th",
        ),
    ],
)
def test_cooling_off_and_window(receipt, ends, opens, until, why):
    found = periods.cooling(D(receipt), Calendar())
    assert (found.ends, found.window_from, found.window_until) == (D(ends), D(opens), D(until)), why


@pytest.mark.django_db
def test_the_bureau_may_declare_a_day_free():
    WorkdayOverride.objects.create(day=D("2021-02-03"), is_workday=False, name="临时闭馆")
    assert periods.cooling(D("2021-01-04"), Calendar()).ends == D("2021-02-04")


@pytest.mark.django_db
def test_a_year_whose_holidays_are_not_known_is_never_guessed():
    with pytest.raises(UserError, match="2031年的节假日安排还没有录入"):
        periods.cooling(D("2031-05-06"), Calendar())
    WorkdayOverride.objects.create(day=D("2031-01-01"), is_workday=False, name="元旦")
    assert periods.cooling(D("2031-05-06"), Calendar()).ends == D("2031-06-05")


@pytest.mark.django_db
def test_a_window_that_ends_in_an_unknown_year_stays_open_until_it_is_known():
    WorkdayOverride.objects.create(day=D("2030-01-01"), is_workday=False, name="元旦")
    found = periods.cooling(D("2030-11-15"), Calendar())
    assert (found.ends, found.window_until) == (D("2030-12-16"), None)
    WorkdayOverride.objects.create(day=D("2031-01-01"), is_workday=False, name="元旦")
    assert periods.window_end(found.ends, Calendar()) == D("2031-01-15")


@pytest.mark.django_db
def test_a_period_may_not_roll_over_into_an_unknown_year():
    WorkdayOverride.objects.create(day=D("2030-12-31"), is_workday=False, name="闭馆")
    with pytest.raises(UserError, match="2031年"):
        periods.period_end(D("2030-12-01"), 30, Calendar())


def test_the_day_of_the_application_decides_about_the_cooling_off():
    assert not periods.cooling_off_applies(D("2020-12-31"))
    assert periods.cooling_off_applies(D("2021-01-01"))


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ("1998-06-01", "2020-05-31", 21),
        ("1998-06-01", "2020-06-01", 22),
        ("2000-02-29", "2022-02-27", 21),
        ("2000-02-29", "2022-02-28", 22),
        ("2000-02-29", "2020-02-28", 19),
        ("2000-02-29", "2020-02-29", 20),
        ("1998-12-31", "2020-12-31", 22),
        ("1999-01-01", "2020-12-31", 21),
    ],
)
def test_ages(birth, day, age):
    assert periods.age_on(D(birth), D(day)) == age


@pytest.mark.parametrize(("day", "needed"), [("2025-05-09", True), ("2025-05-10", False)])
def test_household_booklet_and_residence_end_with_the_revised_rules(day, needed):
    codes = {one.code for one in rules.papers_needed("marriage", D(day))}
    assert ("booklets" in codes) is needed
    assert rules.residence_needed(D(day)) is needed


# --- checks ---


def man(**fields):
    made = {
        "side": "M",
        "name": "张三",
        "id_number": "M1",
        "birth": D("1990-01-01"),
        "sex": "M",
        "hukou_local": True,
    }
    return Side(**{**made, **fields})


def woman(**fields):
    made = {"side": "F", "name": "李四", "id_number": "F1", "birth": D("1992-01-01"), "sex": "F"}
    return Side(**{**made, **fields})


def facts(kind="marriage", on="2020-06-01", **fields):
    papers = frozenset(one.code for one in rules.papers_needed(kind, D(on)) if one.needed)
    made = {
        **{"man": man(), "woman": woman(), "papers": papers, "agreement": kind == "divorce"},
        **dict.fromkeys(("both_present", "voluntary", "unrelated", "capable"), True),
    }
    return Facts(kind, D(on), **{**made, **fields})


def codes(level, **fields):
    return {one.code for one in rules.checks(facts(**fields)) if one.level == level}


MARRIED = Status("married", D("2010-01-01"), "F9", "J430503-2010-000009")


@pytest.mark.parametrize(
    ("against", "fields"),
    [
        ("age_M", {"man": man(birth=D("1998-06-02"))}),
        ("age_F", {"woman": woman(birth=D("2000-06-02"))}),
        ("married_M", {"man": man(status=MARRIED)}),
        ("married_F", {"woman": woman(before="married")}),
        ("kinship", {"unrelated": False}),
        ("present", {"both_present": False}),
        ("voluntary", {"voluntary": False}),
        ("capacity", {"capable": False}),
        ("residence", {"man": man(hukou_local=False)}),
        ("paper_booklets", {"papers": frozenset({"id_cards", "photos"})}),
        ("paper_former", {"woman": woman(before="divorced")}),
    ],
)
def test_what_blocks_a_marriage(against, fields):
    assert codes("block", **fields) == {against}


def test_a_marriage_in_order_has_nothing_against_it():
    assert codes("block") == codes("warn") == set()


def test_nobody_of_here_is_needed_since_the_revised_rules():
    assert codes("block", on="2025-05-10", man=man(hukou_local=False)) == set()


@pytest.mark.parametrize(
    ("warned", "fields"),
    [
        ("name_M", {"man": man(registry_name="张三丰")}),
        ("dead_F", {"woman": woman(dead_on=D("2019-01-01"))}),
        ("nationality_F", {"woman": woman(nationality="越南")}),
        ("recent_M", {"man": man(status=Status("divorced", D("2020-05-02"), "F9"))}),
        ("status_M", {"man": man(before="single", status=Status("divorced", D("2010-05-02"), "F9"))}),
    ],
)
def test_what_only_warns(warned, fields):
    assert warned in codes("warn", **fields)
    assert codes("block", **fields) == set()


def test_a_divorce_thirty_one_days_ago_is_no_longer_recent():
    assert "recent_M" not in codes("warn", man=man(status=Status("divorced", D("2020-05-01"), "F9")))


def couple(state="married"):
    since = D("2010-01-01")
    return {
        "man": man(status=Status(state, since, "F1", "J1")),
        "woman": woman(status=Status(state, since, "M1", "J1")),
    }


@pytest.mark.parametrize(
    ("against", "fields"),
    [
        ("joined", {}),
        ("joined", couple("divorced")),
        ("joined", {"man": man(status=MARRIED), "prior_number": "J430503-2015-000001"}),
        ("agreed", {**couple(), "agreement": False}),
        ("present", {**couple(), "both_present": False}),
    ],
)
def test_what_blocks_a_divorce(against, fields):
    assert codes("block", kind="divorce", **fields) == {against}


def test_a_divorce_needs_the_recorded_marriage_or_a_certificate_of_elsewhere():
    assert codes("block", kind="divorce", **couple()) == set()
    assert codes("block", kind="divorce", prior_number="J430102-2012-000123") == set()
    assert "joined" in codes("warn", kind="divorce", prior_number="J430102-2012-000123")


@pytest.mark.parametrize(
    ("kind", "fields", "blocked"),
    [
        ("reissue_marriage", couple(), False),
        ("reissue_marriage", couple("divorced"), True),
        ("reissue_marriage", {}, True),
        ("reissue_marriage", {"prior_number": "J1"}, False),
        ("reissue_divorce", couple("divorced"), False),
        ("reissue_divorce", couple(), True),
    ],
)
def test_replacements(kind, fields, blocked):
    assert ("act" in codes("block", kind=kind, **fields)) is blocked


# --- status ---


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        ([Act("marriage", D("2010-01-01"), 1, "F1")], "married"),
        ([Act("marriage", D("2010-01-01"), 1, "F1"), Act("divorce", D("2012-01-01"), 2, "F1")], "divorced"),
        ([Act("divorce", D("2012-01-01"), 1, "F1"), Act("marriage", D("2012-01-01"), 2, "F2")], "married"),
        ([Act("marriage", D("2010-01-01"), 1, "F1", annulled=True)], "single"),
        (
            [Act("marriage", D("2010-01-01"), 1, "F1", ended_on=D("2011-01-01"), ended_by="divorced")],
            "divorced",
        ),
        ([Act("marriage", D("2010-01-01"), 1, "F1", spouse_died_on=D("2011-01-01"))], "widowed"),
    ],
)
def test_the_newest_act_decides(acts, state):
    assert rules.status_from(acts).state == state


def test_without_an_act_nothing_is_known():
    assert rules.status_from([]) is None


def test_a_certificate_number():
    assert rules.certificate_number("J", "430503", 2020, 1) == "J430503-2020-000001"
