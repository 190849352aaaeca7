"""Old registers taken over: what is taken, what is refused, how the numbers go on."""

import io
import json
from datetime import date

import pytest
from django.core.management import call_command

from core.importing import take
from marriage import services
from marriage.importing import MarriageImporter
from marriage.models import Certificate, Party, Registration
from marriage.rules import status_from
from marriage.status import acts_of, statuses
from registry.models import Person
from tests import factories
from tests.marriage.makers import as_typed, entry, married, registrar
from tests.registry.sheets import workbook

pytestmark = pytest.mark.django_db
HEAD = [
    "类别",
    "证件字号",
    "登记日期",
    "男方姓名",
    "男方身份证号",
    "女方姓名",
    "女方身份证号",
    "登记机关",
    "申请日期",
]


def couple(his=date(1985, 3, 1), hers=date(1987, 4, 2)):
    return [factories.name(), factories.id_number(his), factories.name(), factories.id_number(hers, "F")]


def row(kind="结婚", number="J430503-2015-000007", day="2015-05-20", people=None, office="", applied=""):
    return [kind, number, day, *(people or couple()), office, applied]


def taken(*rows, user=None, write=True):
    importer = MarriageImporter(user)
    return take(importer, workbook([HEAD, *rows]), "登记簿.xlsx", write)


def reasons(outcome):
    return [reason for one in outcome.rejected() for _, reason in one.errors]


def test_a_register_is_taken_over_and_again_changes_nothing():
    people = couple()
    rows = [
        row(people=people, applied="2015-05-20"),
        row("离婚", "L430503-2018-000003", "2018.6.1", people),
        row("补发离婚证", "BL430503-2019-000001", "2019年7月8日", people, "大祥区民政局"),
    ]
    first, second = taken(*rows), taken(*rows)
    assert (first.counts["created"], first.counts["fixed"], first.counts["rejected"]) == (3, 2, 0)
    assert (second.counts["created"], second.counts["unchanged"]) == (0, 3)
    assert Person.objects.count() == 2
    assert set(Person.objects.values_list("division", flat=True)) == {"430503"}
    man = Person.objects.get(id_number=people[1])
    assert statuses([man.pk])[man.pk].state == "divorced"
    assert {one.office_name for one in Registration.objects.all()} == {"大祥区婚姻登记处", "大祥区民政局"}


def test_the_series_goes_on_after_the_highest_number_of_each_year():
    taken(
        row(number="J430503-2020-000009", day="2020-02-03"),
        row(number="J430503-2020-000041", day="2020-03-03"),
        row(number="J430503-2019-000100", day="2019-03-03"),
        row(number="J430511-2020-000900", day="2020-03-03"),
    )
    clerk = registrar()
    assert married(clerk).registration.certificates.get().number == "J430503-2020-000042"
    # A lower number that comes later does not turn the series back.
    taken(row(number="J430503-2020-000012", day="2020-02-04"))
    assert married(clerk).registration.certificates.get().number == "J430503-2020-000043"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"number": "J430503-2015-7"}, "不是证件字号"),
        ({"number": "L430503-2015-000007"}, "应以 J 开头"),
        ({"number": "J430503-2014-000007"}, "年份 2014"),
        ({"number": "J430503-2015-000000"}, "000001"),
        ({"kind": "订婚"}, "不认识"),
        ({"day": "2015-02-30"}, "没有30日"),
        ({"day": "201505"}, "只有年月"),
        ({"day": "2999-01-01", "number": "J430503-2999-000001"}, "还没有到"),
        ({"applied": "2015-05-21"}, "晚于登记日期"),
        ({"people": couple(his=date(1993, 5, 21))}, "男方 21 周岁"),
        ({"people": couple(hers=date(2020, 1, 1))}, "女方 0 周岁"),
    ],
)
def test_a_row_that_cannot_be_is_refused(fields, words):
    outcome = taken(row(), row(**{"number": "J430503-2015-000008", **fields}))
    assert outcome.counts["created"] == 1
    assert any(words in reason for reason in reasons(outcome)), reasons(outcome)


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (4, "430503198503010011", "校验位不符"),
        (4, factories.id_number(date(1985, 3, 1), "F"), "不能是男方"),
        (4, "4305031985", "应为 18 位"),
        (5, "", "没有填"),
    ],
)
def test_wrong_numbers_and_missing_names(place, value, words):
    bad = row(number="J430503-2015-000008")
    bad[place] = value
    outcome = taken(row(), bad)
    assert outcome.counts["rejected"] == 1
    assert any(words in reason for reason in reasons(outcome))


def test_rows_that_contradict_each_other_are_all_refused():
    one, other, third = couple(), couple(), couple()
    outcome = taken(
        row(people=one),
        row(people=other),  # the same number with another couple
        row(number="J430503-2015-000010", people=third),
        row(number="J430503-2015-000011", people=[third[0], third[1], *couple()[2:]]),  # twice on one day
        row(number="J430503-2015-000012"),
    )
    assert (outcome.counts["rejected"], outcome.counts["created"]) == (4, 1)
    assert sum("字号相同" in reason for reason in reasons(outcome)) == 2
    assert sum("登记了两次结婚" in reason for reason in reasons(outcome)) == 2


def test_one_number_under_two_names_refuses_both():
    people = couple()
    outcome = taken(
        row(people=people),
        row("离婚", "L430503-2018-000003", "2018-06-01", ["另一人", *people[1:]]),
    )
    assert outcome.counts["rejected"] == 2


def test_an_exact_repetition_stands_once():
    same = row()
    outcome = taken(same, same)
    assert (outcome.counts["created"], outcome.counts["unchanged"]) == (1, 1)
    assert Certificate.objects.count() == 1


def test_another_name_in_the_registry_is_never_merged():
    people = couple()
    factories.person(name="龙在天", id_number=people[1], birth_date=date(1985, 3, 1))
    outcome = taken(row(people=people))
    assert "居民登记中是另一姓名" in reasons(outcome)[0]


def test_what_is_registered_is_never_overwritten():
    people = couple()
    taken(row(people=people))
    outcome = taken(row(people=people, day="2015-05-21"))
    assert "已登记，内容不一致" in reasons(outcome)[0]
    assert Registration.objects.get().registered_on == date(2015, 5, 20)


def test_a_second_marriage_without_a_divorce_is_told():
    first, second = couple(), couple()
    outcome = taken(
        row(people=first),
        row(number="J430503-2017-000001", day="2017-01-05", people=[*first[:2], *second[2:]]),
    )
    assert (outcome.counts["created"], outcome.counts["warnings"]) == (2, 1)


def test_whom_the_old_register_shows_married_is_not_married_again():
    taken(row())
    man = Party.objects.get(side="M")
    with pytest.raises(services.UserError, match="登记为已婚"):
        services.apply(entry(man=as_typed(man, before="single")), registrar(), on=date(2020, 6, 1))
    assert status_from(acts_of([man.person_id])[man.person_id]).number == "J430503-2015-000007"


def test_the_command_answers_in_json_and_gives_refused_rows_back(tmp_path):
    file, errors, out = tmp_path / "簿.xlsx", tmp_path / "错误.xlsx", io.StringIO()
    file.write_bytes(workbook([HEAD, row(), row(number="坏")]))
    call_command("import_marriages", str(file), errors=str(errors), json=True, stdout=out)
    counts = json.loads(out.getvalue())
    assert {key: counts[key] for key in ("rows", "created", "updated", "unchanged", "fixed", "rejected")} == {
        "rows": 2, "created": 1, "updated": 0, "unchanged": 0, "fixed": 0, "rejected": 1,
    }  # fmt: skip
    assert errors.stat().st_size > 1000
