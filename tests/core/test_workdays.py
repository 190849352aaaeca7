from datetime import date

import pytest

from core.models import WorkdayOverride
from core.workdays import LAST_PUBLISHED_YEAR, Calendar

pytestmark = pytest.mark.django_db


def test_spring_festival_is_free_and_its_make_up_saturday_is_worked():
    calendar = Calendar()
    assert not calendar.works(date(2021, 2, 11))  # New Year's Eve
    assert calendar.works(date(2021, 2, 20))  # the Saturday that makes up for it
    assert calendar.next(date(2021, 2, 11)) == date(2021, 2, 18)


def test_a_limit_does_not_count_the_day_it_begins_on():
    calendar = Calendar()
    assert calendar.add(date(2020, 11, 19), 30) == date(2020, 12, 31)
    assert calendar.add(date(2020, 9, 30), 1) == date(2020, 10, 9)


def test_what_the_bureau_enters_goes_before_the_published_calendar():
    WorkdayOverride.objects.create(day=date(2020, 12, 10), is_workday=False, name="停电")
    assert Calendar().add(date(2020, 12, 9), 1) == date(2020, 12, 11)


def test_an_unpublished_year_counts_monday_to_friday_and_says_that_it_is_not_published():
    year = LAST_PUBLISHED_YEAR + 1
    assert not Calendar().is_published(year)
    assert sum(Calendar().works(date(year, 3, day)) for day in range(1, 8)) == 5
    WorkdayOverride.objects.create(day=date(year, 1, 1), is_workday=False, name="元旦")
    assert Calendar().is_published(year)
    assert not Calendar().works(date(year, 1, 1))


@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        (date(2020, 12, 10), date(2020, 12, 10), 0),
        (date(2020, 12, 10), date(2020, 12, 11), 1),
        (date(2020, 12, 10), date(2020, 12, 14), 2),
        (date(2020, 12, 10), date(2020, 12, 8), -2),
        (date(2020, 12, 13), date(2020, 12, 12), -1),
    ],
)
def test_days_left_are_working_days_and_late_is_never_zero(today, due, left):
    assert Calendar().left(today, due) == left
