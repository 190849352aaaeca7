"""What makes a finding: each rule of the contract (§3) on both sides of its line."""

from datetime import date

import pytest
from django.urls import reverse

from benefits.models import Assessment, Parameter
from rechecks import services
from rechecks.loading import load
from rechecks.models import Finding
from tests import factories
from tests.rechecks.lists import AS_OF, DECEMBER, csv_file, hits, holder, loaded, recheck

pytestmark = pytest.mark.django_db

# kind, what the list says of one person (in the kind's columns), whether that is a finding. Standard: 500 yuan.
LINES = [
    ("death", ("2020-12-31",), True),
    ("death", ("2021-01-01",), False),
    ("death", ("2019-05-01",), True),
    ("pension", ("80", "2020-06"), True),
    ("pension", ("80", "2021-01"), False),
    ("business", ("某商行", "", "法定代表人", "2018-01-01", "存续"), True),
    ("business", ("某商行", "", "股东", "", "在业"), True),
    ("business", ("某商行", "", "个体经营者", "", "开业"), True),
    ("business", ("某商行", "", "", "", "正常"), True),
    ("business", ("某商行", "", "", "", "注销"), False),
    ("business", ("某商行", "", "", "", "吊销，未注销"), False),
    ("business", ("某商行", "", "", "", "迁出"), False),
    ("business", ("某商行", "", "", "", "非正常"), False),
    ("business", ("某商行", "", "", "2021-02-01", "存续"), False),
    ("tax", ("2020", "60000"), False),
    ("tax", ("2020", "60000.01"), True),
    ("tax", ("2021年", "60000.01"), False),
    ("tax", ("", "60000.01"), True),
    ("vehicle", ("湘E00001", "小型轿车", "非营运", "2019-01-01"), True),
    ("vehicle", ("湘E00001", "小型轿车", "残疾人专用", "2019-01-01"), False),
    ("vehicle", ("湘E00001", "残疾人代步车", "非营运", ""), False),
    ("vehicle", ("湘E00001", "机动轮椅车", "非营运", ""), False),
    ("vehicle", ("湘E00001", "普通二轮摩托车", "非营运", ""), False),
    ("vehicle", ("湘E00001", "普通两轮摩托车", "非营运", ""), False),
    ("vehicle", ("湘E00001", "轻便摩托车", "非营运", ""), False),
    ("vehicle", ("湘E00001", "正三轮摩托车", "非营运", ""), False),
    ("vehicle", ("湘E00001", "小型轮式拖拉机", "农用", ""), False),
    ("vehicle", ("湘E00001", "三轮汽车", "货运", ""), False),
    ("vehicle", ("湘E00001", "中型货车", "货运", ""), True),
    ("shop", ("1", "某路 1 号", "40", "商业"), True),
    ("payroll", ("某小学", "3200"), True),
    ("insurance", ("2020", "499.99"), False),
    ("insurance", ("2020", "500"), True),
    ("insurance", ("2021", "500"), False),
]


@pytest.mark.parametrize("kind, says, is_finding", LINES, ids=lambda value: str(value))
def test_a_row_is_judged_by_its_own_words(kind, says, is_finding):
    home = holder()
    loaded(kind, (home.head, *says))
    assert hits() == ({(home.head.name, kind)} if is_finding else set())


class TestMembers:
    def test_every_covered_member_counts_not_only_the_head(self):
        home = holder(3)
        loaded("payroll", (home.people[2], "某中学", "2800"))
        assert hits() == {(home.people[2].name, "payroll")}

    def test_someone_who_left_the_covered_ones_does_not_count(self):
        home = holder(3)
        home.entitlement.members.filter(person=home.people[2]).delete()
        loaded("payroll", (home.people[2], "某中学", "2800"))
        assert hits() == set()

    def test_one_finding_holds_all_rows_of_a_person(self):
        home = holder()
        loaded("vehicle", (home.head, "湘E1", "小型轿车", "非营运"), (home.head, "湘E2", "中型客车", "营运"))
        recheck()
        found = Finding.objects.get()
        assert [row["data"]["号牌号码"] for row in found.evidence] == ["湘E1", "湘E2"]

    def test_a_person_on_two_lists_is_found_on_each(self):
        home = holder()
        loaded("payroll", (home.head, "某小学", "3200"))
        loaded("shop", (home.head, "1", "某路", "20", "商业"))
        assert hits() == {(home.head.name, "payroll"), (home.head.name, "shop")}


class TestProperty:
    def test_two_dwellings_of_two_members_are_one_finding_on_the_head(self):
        home = holder(2)
        loaded(
            "property",
            (home.people[0], "A1", "甲路", "80", "住宅"),
            (home.people[1], "B1", "乙路", "60", "成套住宅"),
        )
        recheck()
        found = Finding.objects.get()
        assert (found.person, len(found.evidence)) == (home.head, 2)

    def test_one_dwelling_owned_by_both_is_one_dwelling(self):
        home = holder(2)
        loaded("property", *((one, "A1", "甲路", "80", "住宅") for one in home.people))
        assert hits() == set()

    @pytest.mark.parametrize("use", ["车库", "储藏间", "车位", "非住宅", "住宅车库"])
    def test_a_garage_beside_the_dwelling_does_not_count(self, use):
        home = holder()
        loaded("property", (home.head, "A1", "甲路", "80", "住宅"), (home.head, "A2", "甲路", "12", use))
        assert hits() == set()


class TestTax:
    def test_the_payers_of_one_year_are_added(self):
        home = holder()
        loaded("tax", (home.head, "2020", "30000"), (home.head, "2020", "30000.01"))
        assert hits() == {(home.head.name, "tax")}

    def test_two_years_are_not_added(self):
        home = holder()
        loaded("tax", (home.head, "2019", "40000"), (home.head, "2020", "40000"))
        assert hits() == set()

    def test_the_line_is_a_dated_parameter(self):
        Parameter.objects.create(key="recheck.tax_line", value="30000", effective_from=date(2021, 1, 1))
        home = holder()
        loaded("tax", (home.head, "2020", "40000"))
        assert hits() == set()
        assert hits(date(2021, 1, 1)) == {(home.head.name, "tax")}


def declared(home, pension: str) -> None:
    """The family declared the head's pension when it applied."""
    facts = {"members": [{"ref": str(home.head.pk), "income": {"pension": pension}}]}
    home.entitlement.assessment = Assessment.objects.create(
        programme_id="dibao_urban",
        month=DECEMBER,
        facts=facts,
        policy={},
        eligible=True,
        monthly_amount=380,
        persons=1,
    )
    home.entitlement.save()


class TestPension:
    @pytest.mark.parametrize(
        "said, paid, is_finding",
        [("120", "120", False), ("120", "119.99", False), ("119.99", "120", True), ("500", "500", True)],
    )
    def test_a_declared_pension_is_a_finding_only_when_it_is_higher_or_lifts_over_the_standard(
        self, said, paid, is_finding
    ):
        home = holder()
        declared(home, said)
        loaded("pension", (home.head, paid, "2020-01"))
        assert hits() == ({(home.head.name, "pension")} if is_finding else set())


class TestNamesAndNumbers:
    def test_another_name_under_the_number_is_a_marked_finding(self):
        home = holder()
        other = factories.person(name="另有其人")
        other.id_number = home.head.id_number
        loaded("payroll", (other, "某小学", "3200"))
        recheck()
        assert Finding.objects.get().name_mismatch

    def test_an_old_number_of_fifteen_digits_is_the_same_person(self):
        home = holder()
        head = home.head
        head_as_known = factories.person(name=head.name)
        head_as_known.id_number = head.id_number[:6] + head.id_number[8:17]
        head_as_known.name = head.name
        loaded("payroll", (head_as_known, "某小学", "3200"))
        recheck()
        assert Finding.objects.get().person == head
        assert not Finding.objects.get().name_mismatch


class TestAgain:
    def test_the_same_recheck_again_finds_the_same_and_nothing_new(self):
        home = holder()
        loaded("payroll", (home.head, "某小学", "3200"))
        first, second = recheck(), recheck()
        assert (first.pk, second.findings, second.new) == (second.pk, 1, 0)
        assert Finding.objects.count() == 1

    def test_what_was_kept_with_a_reason_stays_away_until_the_list_says_something_else(self):
        home = holder()
        loaded("payroll", (home.head, "某小学", "3200"))
        recheck()
        Finding.objects.update(state="kept")
        loaded("payroll", (home.head, "某小学", "3200"), as_of=date(2020, 12, 25))
        assert hits() == set()
        loaded("payroll", (home.head, "某小学", "3600"), as_of=date(2020, 12, 28))
        again = recheck()
        assert (again.findings, again.new) == (1, 1)
        assert Finding.objects.get().state == "open"

    def test_a_finding_goes_when_a_newer_list_no_longer_says_so(self):
        home, other = holder(), holder()
        loaded("payroll", (home.head, "某小学", "3200"))
        recheck()
        loaded("payroll", (other.head, "某小学", "3200"), as_of=date(2020, 12, 25))
        assert hits() == {(other.head.name, "payroll")}
        assert Finding.objects.get(person=home.head).state == "gone"

    def test_it_keeps_its_identity_when_the_entitlement_is_changed(self):
        from benefits.models import Entitlement, EntitlementMember

        home = holder()
        loaded("payroll", (home.head, "某小学", "3200"))
        recheck()
        old = home.entitlement
        old.last_month = date(2020, 12, 1)
        old.save()
        new = Entitlement.objects.create(
            programme_id="dibao_urban",
            household=home,
            person=home.head,
            beneficiary_id=home.pk,
            division_id=home.division_id,
            monthly_amount=400,
            first_month=date(2021, 1, 1),
            previous=old,
        )
        EntitlementMember.objects.create(
            entitlement=new, person=home.head, group="dibao", first_month=new.first_month
        )
        again = recheck(date(2021, 1, 1))
        assert (again.findings, again.new) == (1, 0)
        assert Finding.objects.get().entitlement == new


class TestLists:
    def test_a_kind_without_a_list_is_named_and_never_counts_as_nothing_found(self):
        home = holder()
        loaded("payroll", (home.head, "某小学", "3200"))
        told = services.summary(recheck())
        assert told["lists"]["death"] is None
        assert "death" not in told["by_kind"]
        assert told["by_kind"] == {"payroll": 1}
        assert told["lists"]["payroll"] == {"as_of": "2020-12-20", "rows": 1}

    def test_a_list_older_than_its_age_is_called_stale(self):
        home = holder()
        loaded("death", (home.head, "2020-10-01"), as_of=date(2020, 10, 1))
        assert services.summary(recheck())["lists"]["death"]["stale"] is True

    def test_rows_that_were_refused_are_said_aloud_on_the_page_and_the_contract_stays(self, client):
        home = holder()
        rows = [[home.head.id_number, home.head.name, "某小学"], ["430503195001010011", "错号", "某小学"]]
        made = load("payroll", csv_file(["身份证号", "姓名", "单位名称"], rows), "x.csv", AS_OF)
        assert made.rejected == 1
        month = recheck()
        assert services.summary(month)["lists"]["payroll"] == {"as_of": "2020-12-20", "rows": 1}
        client.force_login(factories.user("bureau_officer"))
        assert "1 行没有载入、没有比对" in client.get(month.get_absolute_url()).content.decode()
        assert "有 1 行没有载入" in client.get(reverse("rechecks:lists")).content.decode()

    def test_the_newest_list_by_its_own_day_counts_however_late_an_older_one_comes(self):
        home, other = holder(), holder()
        loaded("payroll", (home.head, "某小学", "3200"))
        loaded("payroll", (other.head, "某小学", "3200"), as_of=date(2020, 11, 1))
        assert hits() == {(home.head.name, "payroll")}

    def test_a_one_off_grant_is_not_rechecked(self):
        home = holder(programme="temporary", is_one_off=True, last=date(2020, 12, 1))
        loaded("payroll", (home.head, "某小学", "3200"))
        made = recheck()
        assert (made.checked, made.findings) == (0, 0)


def test_the_summary_says_who_as_the_contract_does():
    home = holder()
    loaded("payroll", (home.head, "某小学", "3200"))
    (item,) = services.summary(recheck())["items"]
    assert item == {
        "id_number": home.head.id_number,
        "name": home.head.name,
        "household_no": home.number,
        "programme": "dibao_urban",
        "kind": "payroll",
        "name_mismatch": False,
        "state": "open",
    }
