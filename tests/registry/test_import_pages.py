"""Import on the pages: preview before anything is written, then write, then an honest undo. A real worker does it."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from core.importing import take
from core.jobs import run_part
from registry import batches, services
from registry.importing import RegistryImporter
from registry.models import Household, ImportBatch, ImportState, Membership, PayeeAccount, Person
from tests import factories
from tests.registry.sheets import HEAD, OTHER_VILLAGE_NAME, VILLAGE_NAME, read, workbook

pytestmark = pytest.mark.django_db


def upload(user, *rows):
    batch = batches.upload("registry", "表.xlsx", workbook([HEAD, *rows]), user)
    return run(batch)


def run(batch):
    """What a worker does when it hears of the job."""
    for part in batch.job.parts.all():
        run_part(part.pk)
    batch.refresh_from_db()
    return batch


@pytest.fixture
def clerk():
    return factories.user()


def row(home, relation="户主", village=VILLAGE_NAME, name=None, number=None):
    return [
        home,
        name or factories.name(),
        number or factories.id_number(date(1970, 3, 3)),
        relation,
        village,
    ]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_before_the_preview_is_let_through(clerk):
    batch = upload(clerk, row("A"), row("A", "子"), row("B", village=OTHER_VILLAGE_NAME))
    assert (batch.state, batch.counts["created"], batch.counts["rejected"]) == (ImportState.CHECKED, 2, 1)
    assert not Person.objects.exists()
    assert "不在您的辖区内" in read(bytes(batch.errors_file.content))[1][-1]
    batch = run(batches.start_writing(batch, clerk))
    assert batch.state == ImportState.WRITTEN
    assert Household.objects.get().memberships.count() == 2


@pytest.mark.django_db(transaction=True)
def test_writing_twice_or_after_someone_else_registered_them_doubles_nothing(clerk):
    rows = row("A"), row("A", "子")
    first, second = upload(clerk, *rows), upload(clerk, *rows)
    run(batches.start_writing(first, clerk))
    second = run(batches.start_writing(second, clerk))
    assert (second.counts["created"], second.counts["unchanged"]) == (0, 2)
    with pytest.raises(batches.Conflict):
        batches.start_writing(second, clerk)


@pytest.mark.django_db(transaction=True)
def test_an_undo_takes_back_what_nobody_built_on_and_names_the_rest(clerk):
    home = factories.household(members=2)
    wife = home.people[1]
    rows = row("A"), row("B", name="罗建设"), row("A", "其他", name=wife.name, number=wife.id_number)
    batch = run(batches.start_writing(upload(clerk, *rows), clerk))
    assert batch.counts["updated"] == 1
    services.correct_person(Person.objects.get(name="罗建设"), {"phone": "13900000000"}, clerk)
    batch = run(batches.start_undo(batch, clerk))
    assert batch.state == ImportState.UNDONE
    assert batch.counts["not_undone"] == 2
    assert any("罗建设" in note and "更正" in note for note in batch.notes)
    assert set(Household.objects.values_list("number", flat=True)) == {home.number, "B"}
    assert Membership.objects.get(person=wife, until=None).household == home


@pytest.mark.django_db(transaction=True)
def test_an_undone_account_gives_the_old_one_back(clerk):
    home = factories.household()
    number = factories.account_number()
    titles = [*HEAD, "银行账号"]
    line = [home.number, home.head.name, home.head.id_number, "户主", VILLAGE_NAME, number]
    batch = run(batches.upload("registry", "表.xlsx", workbook([titles, line]), clerk))
    batch = run(batches.start_writing(batch, clerk))
    assert PayeeAccount.objects.get(person=home.head, until=None).number == number
    run(batches.start_undo(batch, clerk))
    assert PayeeAccount.objects.get(person=home.head).until is None


@pytest.mark.django_db(transaction=True)
def test_a_file_that_cannot_be_read_fails_with_its_reason(clerk):
    batch = run(batches.upload("registry", "表.xlsx", b"PK\x03\x04nonsense", clerk))
    assert batch.state == ImportState.FAILED
    assert "打不开" in batch.notes[0]


def test_the_pages_follow_an_import_and_only_within_the_area(client, clerk):
    client.force_login(clerk)
    file = SimpleUploadedFile("表.xlsx", workbook([HEAD, row("A")]))
    answer = client.post(reverse("registry:import_new"), {"file": file})
    batch = ImportBatch.objects.get()
    assert answer.url == batch.get_absolute_url()
    assert client.get(answer.url).status_code == 200
    batches.check(batch)
    page = client.get(answer.url).content.decode()
    assert "写入 1 行" in page and "新建" in page
    assert client.get(reverse("registry:imports")).status_code == 200
    client.force_login(factories.user(division=factories.OTHER_TOWNSHIP))
    assert client.get(answer.url).status_code == 404
    client.force_login(factories.user("finance"))
    assert client.get(reverse("registry:import_new")).status_code == 403


def test_a_long_import_asks_the_database_a_fixed_number_of_questions(django_assert_max_num_queries, clerk):
    rows = [row(f"H{n}") for n in range(400)]
    content = workbook([HEAD, *rows])
    importer = RegistryImporter(clerk)
    with django_assert_max_num_queries(30):
        take(importer, content, "表.xlsx", write=True)
    assert connection.vendor == "postgresql"


@pytest.mark.django_db(transaction=True)
def test_the_same_file_imported_twice_at_once_doubles_nothing(clerk):
    content = workbook([HEAD, *[row(f"H{n // 3}", "子" if n % 3 else "户主") for n in range(300)]])
    both_ready, counts = Barrier(2), []

    def take_in():
        try:
            both_ready.wait(30)
            counts.append(batches.take_file(RegistryImporter, content, "表.xlsx", dry_run=False)[0].counts)
        finally:
            connection.close()

    threads = [Thread(target=take_in) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted((one["created"], one["unchanged"]) for one in counts) == [(0, 300), (300, 0)]
    assert Person.objects.count() == 300
