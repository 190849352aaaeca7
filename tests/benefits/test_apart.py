"""No path leaves a barred pair live: verbs, imports, raw rows, raw SQL, two processes in the same second."""

import io
import multiprocessing
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from benefits import compatibility, services
from benefits.conflicts import conflicts_for
from benefits.models import Entitlement, EntitlementMember, Programme
from benefits.queries import holds_in
from core.errors import UserError
from registry.models import Person
from tests import factories
from tests.benefits.programmes import (
    GRANDMOTHER,
    JAN,
    JUL,
    dibao,
    dibao_facts,
    hold,
    programme,
    tekun,
    tekun_facts,
)

pytestmark = pytest.mark.django_db
JUN = date(2020, 6, 1)


def old_woman():
    return factories.household(members=1, head=factories.person(birth_date=GRANDMOTHER, sex="F"))


def pairs():
    """Barred pairs that are live together, however they came."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT a.person_id, pa.code, pb.code FROM benefits_entitlementmember a
              JOIN benefits_entitlementmember b ON b.person_id = a.person_id AND b.id > a.id
              JOIN benefits_entitlement ea ON ea.id = a.entitlement_id AND NOT ea.is_void
              JOIN benefits_entitlement eb ON eb.id = b.entitlement_id AND NOT eb.is_void
              JOIN benefits_programme pa ON pa.code = ea.programme_id
              JOIN benefits_programme pb ON pb.code = eb.programme_id
             WHERE daterange(ea.first_month, ea.last_month, '[]') && daterange(eb.first_month, eb.last_month, '[]')""")
        return [row for row in cursor.fetchall() if compatibility.forbidden(row[1], row[2])]


# — the verbs ——————————————————————————————————————————————


def test_dibao_beside_tekun_is_refused_with_who_what_since_and_why():
    home = old_woman()
    tekun(home.head)
    blind = dibao_facts(home.people, income=0, first=JUL)
    for member in blind["members"]:
        member["holds"] = []
    with pytest.raises(UserError) as refused:
        dibao(home, facts=blind)
    words = refused.value.message
    for part in (f"{home.head} 自 2020-07 起已享受特困基本生活", "特困人员不计入低保家庭",
                 "《社会救助暂行办法》（国务院令第649号）第十四条", "先办理停发特困基本生活"):  # fmt: skip
        assert part in words, words
    assert not pairs()


def test_basic_and_care_stand_together():
    home = old_woman()
    tekun(home.head)
    tekun(home.head, programme="tekun_care")
    assert EntitlementMember.objects.filter(person=home.head, is_void=False).count() == 2


def test_what_ended_before_stands_in_nobodys_way():
    home = old_woman()
    services.end_entitlement(tekun(home.head, first=JAN), JUN, "recovered", "", None)
    assert dibao(home, income=0, first=JUL).first_month == JUL


def test_money_given_once_stands_beside_everything():
    home = old_woman()
    tekun(home.head, first=JAN)
    assert conflicts_for(home.people, "temporary", JAN) == []


def test_a_subsidy_ends_when_tekun_begins_and_the_person_is_told_why():
    person = factories.person(birth_date=GRANDMOTHER)
    held = hold("disability_care", person)
    [found] = conflicts_for([person], "tekun_basic", JUL)
    assert (found.verdict, found.bars) == ("ends", False) and "同时停发" in found.way
    tekun(person)
    held.refresh_from_db()
    assert (held.last_month, held.end_reason) == (JUN, "to_tekun")


def test_what_is_told_apart_by_amount_leaves_the_higher():
    person = factories.person(birth_date=GRANDMOTHER)
    held = hold("disability_care", person, amount=65)
    asked = programme("elderly_service")
    [found] = conflicts_for([person], asked, JUL)
    assert found.verdict == "higher"
    from benefits.replacing import make_way

    with transaction.atomic(), pytest.raises(UserError, match="就高"):
        make_way([found], asked, JUL, amount=Decimal(65), known={"disability_care"})
    make_way([found], asked, JUL, amount=Decimal(66), known={"disability_care"})
    held.refresh_from_db()
    assert (held.last_month, held.end_reason) == (JUN, "replaced")


def test_an_earlier_end_already_decided_is_moved_not_doubled():
    """低保 was to end in December; 特困 begins in July: it ends in June."""
    home = old_woman()
    held = dibao(home, income=0)
    services.end_entitlement(held, date(2020, 12, 1), "income", "", None)
    tekun(home.head)
    held.refresh_from_db()
    assert (held.last_month, held.end_reason) == (JUN, "to_tekun")


def test_a_dibao_that_would_only_begin_later_is_void():
    home = old_woman()
    held = dibao(home, income=0, first=date(2020, 9, 1))
    facts = tekun_facts(home.head)
    facts["members"][0]["holds"] = ["dibao_urban"]
    tekun(home.head, facts=facts)
    held.refresh_from_db()
    assert held.is_void and not pairs()


# — many at once, rows, raw SQL ————————————————————————————


def test_bulk_is_refused_in_words():
    home = old_woman()
    tekun(home.head)
    with pytest.raises(UserError, match=r"已享受特困基本生活.*不能同时享受城市低保"):
        hold("dibao_urban", home.head, first=JUL, household=home)
    assert not pairs()


def barred_row(home):
    """An entitlement of 低保 without members yet, and the person who holds 特困."""
    tekun(home.head)
    return Entitlement.objects.create(
        programme_id="dibao_urban", household=home, person=home.head, beneficiary_id=home.pk,
        division_id=home.division_id, monthly_amount=1, first_month=JUL,
    )  # fmt: skip


def test_a_row_written_past_the_verbs_is_refused():
    home = old_woman()
    row = barred_row(home)
    with pytest.raises(IntegrityError, match="programmes_apart"), transaction.atomic():
        EntitlementMember.objects.create(entitlement=row, person=home.head, group="", first_month=JUL)


@pytest.mark.parametrize("months", ["'2020-07-01', NULL", "'1990-01-01', '1990-01-01'"])
def test_raw_sql_cannot_forget_the_numbers_nor_move_the_months(months):
    home = old_woman()
    row = barred_row(home)
    with pytest.raises(IntegrityError, match="programmes_apart"), transaction.atomic():
        connection.cursor().execute(
            'INSERT INTO benefits_entitlementmember (entitlement_id, person_id, "group", exclusions, first_month,'
            f" last_month, is_void) VALUES ({row.pk}, {home.head.pk}, '', '{{}}', {months}, true)"
        )


def test_raw_sql_cannot_reopen_or_empty_a_copy():
    home = old_woman()
    held = dibao(home, income=0)
    tekun(home.head)
    for statement in (
        f"UPDATE benefits_entitlement SET last_month = NULL WHERE id = {held.pk}",
        f"UPDATE benefits_entitlement SET programme_id = 'dibao_rural', last_month = NULL WHERE id = {held.pk}",
    ):
        with pytest.raises(IntegrityError, match="programmes_apart"), transaction.atomic():
            connection.cursor().execute(statement)
    connection.cursor().execute("UPDATE benefits_entitlementmember SET exclusions = '{}', \"group\" = ''")
    copied = EntitlementMember.objects.get(entitlement=held)
    assert (copied.exclusions, copied.group) == ([1, 2, 3], "dibao")


# — pages, admin, import ———————————————————————————————————


def test_the_step_on_the_page_is_refused_and_nothing_is_granted(client):
    """批准低保 while the head became 特困 between notice and decision."""
    from casework.services import move
    from tests.relief import stories

    clerk, leader, officer = (
        factories.user(one) for one in ("township_clerk", "township_leader", "bureau_officer")
    )
    case = stories.at_bureau(stories.apply(stories.family(members=1), clerk), clerk, leader)
    hold("tekun_basic", case.person, first=JAN)
    client.force_login(officer)
    page = client.post(
        reverse("casework:step", args=[case.pk, "grant"]),
        {"confirmed": "1", "version": case.version, "care_class": "B", "opinion": "同意"},
    )
    assert "已享受特困人员救助供养" in page.content.decode()
    with pytest.raises(UserError, match="特困"):
        move(case, "grant", officer, on=date(2020, 3, 20))
    assert not Entitlement.objects.filter(programme="dibao_urban").exists()


def test_the_admin_offers_no_way_in(client):
    officer = factories.user("bureau_officer", is_staff=True)
    client.force_login(officer)
    assert client.get(reverse("admin:benefits_entitlement_add")).status_code == 403
    page = client.get(reverse("admin:benefits_programme_change", args=["tekun_basic"])).content.decode()
    assert "exclusions" not in page
    client.post(
        reverse("admin:benefits_programme_change", args=["tekun_basic"]),
        {"name": "特困基本生活", "position": 30, "is_active": "on", "exclusions": "", "group": ""},
    )
    assert Programme.objects.get(pk="tekun_basic").exclusions == compatibility.exclusions("tekun_basic")


def imported(tmp_path, *rows):
    book = Workbook()
    book.active.append(["户主身份证号", "类型", "保障人数", "月保障金", "起始月份"])
    for row in rows:
        book.active.append(row)
    path = tmp_path / "dibao.xlsx"
    book.save(path)
    out = io.StringIO()
    call_command("import_dibao", str(path), "--json", "--errors", str(tmp_path / "errors.xlsx"), stdout=out)
    return out.getvalue()


def test_an_old_ledger_that_counts_a_tekun_person_is_refused(tmp_path):
    home = old_woman()
    tekun(home.head)
    answer = imported(tmp_path, [home.head.id_number, "城市", 1, 400, "2018-03"])
    assert '"rejected": 1' in answer and not pairs()
    assert not Entitlement.objects.filter(programme="dibao_urban").exists()


def test_an_old_ledger_that_leaves_the_tekun_person_out_covers_the_others(tmp_path):
    home = factories.household(members=3)
    hold("tekun_basic", home.people[2])
    assert '"created": 1' in imported(tmp_path, [home.head.id_number, "城市", 2, 400, "2018-03"])
    covered = Entitlement.objects.get(programme="dibao_urban").members.values_list("person_id", flat=True)
    assert set(covered) == {one.pk for one in home.people[:2]} and not pairs()


# — when the matrix itself changes —————————————————————————


def test_a_pair_that_was_live_when_the_matrix_changed_is_named_and_not_paid():
    from benefits.pairs import not_payable

    person = factories.person(birth_date=GRANDMOTHER)
    programme("disability_care")
    Programme.objects.filter(pk="tekun_basic").update(exclusions=[])
    care, basic = hold("disability_care", person), Entitlement(
        programme_id="tekun_basic", person=person, division_id=person.division_id, monthly_amount=1, first_month=JUL
    )  # fmt: skip
    services.grant_bulk([(basic, [person.pk])])
    assert not_payable("tekun_basic", JUL) == {}
    compatibility.set_exclusions(Programme)
    assert pairs()
    # 特困 ends the subsidy: what is not paid is the subsidy.
    assert not_payable("tekun_basic", JUL) == {}
    [(key, words)] = not_payable("disability_care", JUL).items()
    assert key == care.pk and "特困人员不享受残疾人两项补贴" in words.sentence
    assert not_payable("disability_care", JUN) == {}
    # Ending it mends the pair, and the numbers hold it from then on.
    services.end_entitlement(care, JUN, "to_tekun", "", None)
    assert not pairs() and not_payable("disability_care", JUL) == {}


# — chance and races ———————————————————————————————————————

CODES = [
    "dibao_urban",
    "tekun_basic",
    "tekun_care",
    "orphan",
    "disability_living",
    "disability_care",
    "elderly_service",
]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(CODES), st.integers(0, 1), st.integers(1, 12), st.one_of(st.none(), st.integers(0, 4))
    ),
    max_size=12,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_no_sequence_of_grants_and_ends_leaves_a_barred_pair(steps):
    with transaction.atomic():
        people = [factories.person(birth_date=GRANDMOTHER) for _ in range(2)]
        for code, who, month, length in steps:
            first = date(2020, month, 1)
            try:
                if code == "tekun_basic" and length is None:
                    tekun(people[who], first=first)
                else:
                    last = None if length is None else date(2021 + length, 1, 1)
                    hold(code, people[who], first=first, last=last)
            except UserError:
                live = Entitlement.objects.filter(person=people[who], is_void=False, last_month=None).first()
                if live and first >= live.first_month:
                    services.end_entitlement(live, first, "withdrew", "", None)
            assert not pairs()
        transaction.set_rollback(True)


def _racer(barrier, answers, rounds, which):
    """One officer in a process of his own; `rounds` are (household, person, facts)."""
    connections.close_all()
    from registry.models import Household

    for place, (home, person, facts) in enumerate(rounds):
        household, someone = Household.objects.get(pk=home), Person.objects.get(pk=person)
        household.head, household.people = someone, [someone]
        barrier.wait(60)
        try:
            if which == "dibao":
                dibao(household, facts=facts)
            elif which == "tekun":
                tekun(someone, facts=facts)
            else:
                hold(which, someone, first=JUL, household=household if which == "dibao_urban" else None)
            answers.put((place, which, ""))
        except UserError as error:
            answers.put((place, which, error.message))
    connections.close_all()


def race(left, right, rounds=10):
    homes = [old_woman() for _ in range(rounds)]
    facts = {
        "dibao": lambda home: dibao_facts(home.people, 0, JUL),
        "tekun": lambda home: tekun_facts(home.head),
    }
    fork = multiprocessing.get_context("fork")
    barrier, answers = fork.Barrier(2), fork.Queue()
    given_facts = [
        [(home.pk, home.head.pk, facts[which](home) if which in facts else None) for home in homes]
        for which in (left, right)
    ]
    connections.close_all()
    racers = [
        fork.Process(target=_racer, args=(barrier, answers, given, which))
        for given, which in zip(given_facts, (left, right), strict=True)
    ]
    for one in racers:
        one.start()
    found = [answers.get(timeout=120) for _ in range(rounds * 2)]
    for one in racers:
        one.join(30)
    return [sorted(words for place, _, words in found if place == number) for number in range(rounds)]


@pytest.mark.django_db(transaction=True)
def test_two_processes_granting_dibao_and_tekun_in_the_same_second_grant_one_of_them():
    """Ten times: one is granted, the other reads who holds what since when."""
    for won, lost in race("dibao", "tekun"):
        assert won == "" and ("已享受特困基本生活" in lost or "已享受城市低保" in lost), (won, lost)
    assert not pairs()
    assert EntitlementMember.objects.filter(is_void=False).count() == 10


@pytest.mark.django_db(transaction=True)
def test_two_imports_in_the_same_second_are_kept_apart_by_the_database_alone():
    for won, lost in race("dibao_urban", "tekun_basic", rounds=5):
        assert won == "" and ("已享受" in lost or "正在办理" in lost), (won, lost)
    assert not pairs() and sum(len(one) for one in holds_in(_everybody(), JUL).values()) == 5


def _everybody():
    return list(Person.objects.values_list("pk", flat=True))
