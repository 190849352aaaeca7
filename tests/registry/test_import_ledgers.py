"""Several ledgers on one page: each offered to whoever may take it in, and seen by its line and office alone."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.errors import NotAllowed
from core.importing import CREATED, Importer
from core.sheets import Column
from district.models import Office
from registry import batches
from registry.models import ImportBatch
from tests import factories
from tests.registry.sheets import read, workbook

pytestmark = pytest.mark.django_db


class Sample(Importer):
    """Takes every row and writes nothing: what this page does with a ledger, not what a ledger does."""

    def parse(self, row):
        self.require(row, "number")

    def plan(self, rows):
        for row in self.standing(rows):
            row.action = CREATED

    def write(self, rows):
        pass


class Societies(Sample):
    title, line, roles = "社会组织台账", "orgs", frozenset({"bureau_officer"})
    columns = (
        Column("number", "登记证号", ("证号",), required=True, identifier=True),
        Column("place", "住所"),
    )
    unmasked = frozenset({"number"})


class Files(Sample):
    title, line, roles, by_office = "婚姻登记台账", "marriage", frozenset({"registrar"}), True
    columns = (Column("number", "证件字号", required=True, identifier=True),)


@pytest.fixture(autouse=True)
def ledgers(monkeypatch):
    mine: dict = {"registry": batches._ledgers["registry"]}
    for kind, cls in (("sample_orgs", Societies), ("sample_marriages", Files)):
        monkeypatch.setattr(cls, "kind", kind)
        mine[kind] = cls
    monkeypatch.setattr(batches, "_ledgers", mine)


@pytest.fixture
def registrar():
    return factories.user("registrar")


@pytest.fixture
def other_registrar():
    office = Office.objects.create(code="OTHER", name="另一处婚姻登记处", division_id=factories.DISTRICT)
    return factories.user("registrar", office_id=office.pk)


def offered(user):
    return {one.kind for one in batches.importable(user)}


def uploaded(kind, user, title="证件字号"):
    batch = batches.upload(kind, "旧台账.xlsx", workbook([[title], ["一号"]]), user)
    batches.check(batch)
    return batch


def test_each_account_is_offered_the_ledgers_of_its_role_and_line(registrar):
    assert "registry" in offered(factories.user()) and "sample_orgs" not in offered(factories.user())
    officer = factories.user("bureau_officer", lines=["orgs"])
    assert "sample_orgs" in offered(officer) and "registry" not in offered(officer)
    assert offered(registrar) >= {"sample_marriages"} and "registry" not in offered(registrar)
    assert not offered(factories.user("registrar", office_id=None))  # of no office
    assert not offered(factories.user("finance"))
    with pytest.raises(NotAllowed, match="社会组织台账"):
        batches.upload("sample_orgs", "表.xlsx", b"x", factories.user())


def test_the_page_offers_a_choice_where_there_is_one_and_shows_the_columns(client):
    client.force_login(factories.user("bureau_officer", lines=["relief", "orgs"]))
    page = client.get(reverse("registry:import_new")).content.decode()
    assert "居民与家庭的列" in page and "?kind=sample_orgs" in page and "<b>户编号</b>" in page
    chosen = client.get(reverse("registry:import_new"), {"kind": "sample_orgs"}).content.decode()
    assert "<b>登记证号</b>" in chosen and "证号" in chosen and "户编号" not in chosen
    file = SimpleUploadedFile("旧台账.xlsx", workbook([["登记证号"], ["一号"]]))
    client.post(f"{reverse('registry:import_new')}?kind=sample_orgs", {"file": file})
    batch = ImportBatch.objects.get()
    assert (batch.kind, batch.line, batch.office) == ("sample_orgs", "orgs", None)
    batches.check(batch)
    shown = client.get(batch.get_absolute_url()).content.decode()
    assert "社会组织台账" in shown and "一号" in shown and "户编号" not in shown
    assert client.get(reverse("registry:import_new"), {"kind": "sample_marriages"}).status_code == 403


def test_whoever_has_one_ledger_makes_no_choice_and_whoever_has_none_has_no_entry(client, registrar):
    client.force_login(registrar)
    page = client.get(reverse("registry:import_new")).content.decode()
    assert "婚姻登记台账的列" in page
    assert reverse("registry:imports") in client.get("/").content.decode()
    client.force_login(factories.user("registrar", office_id=None))
    assert reverse("registry:imports") not in client.get("/").content.decode()
    assert client.get(reverse("registry:import_new")).status_code == 403


def test_the_template_can_be_filled_in_and_imported_as_it_is(client):
    client.force_login(factories.user("bureau_officer", lines=["orgs"]))
    answer = client.get(reverse("registry:import_template", args=["sample_orgs"]))
    assert read(answer.content) == [["登记证号", "住所"]]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    needed, other = book.active[1]
    assert needed.font.bold and not other.font.bold
    book.active.append(["00012", "中心路 1 号"])
    out = io.BytesIO()
    book.save(out)
    file = SimpleUploadedFile("表.xlsx", out.getvalue())
    client.post(f"{reverse('registry:import_new')}?kind=sample_orgs", {"file": file})
    batch = ImportBatch.objects.get()
    batches.check(batch)
    assert batch.counts["created"] == 1
    assert client.get(reverse("registry:import_template", args=["registry"])).status_code == 404


def test_an_import_is_seen_by_its_line(client):
    officer = factories.user("bureau_officer", lines=["orgs"])
    batch = uploaded("sample_orgs", officer, "登记证号")
    assert batches.visible_batches(officer).get() == batch
    assert not batches.visible_batches(factories.user("bureau_officer")).exists()
    assert not batches.visible_batches(factories.user()).exists()
    assert batches.visible_batches(factories.user("auditor")).get() == batch


def test_an_offices_import_is_seen_by_its_registrars_alone(registrar, other_registrar):
    batch = uploaded("sample_marriages", registrar)
    assert batch.office == registrar.office
    assert batches.visible_batches(registrar).get() == batch
    for other in (other_registrar, factories.user("auditor"), factories.user("leader")):
        assert not batches.visible_batches(other).exists()
    colleague = factories.user("registrar", office_id=registrar.office_id)
    assert batches.start_writing(batch, colleague).state == "writing"


def test_what_a_command_takes_in_of_an_office_is_kept_for_its_registrars(registrar):
    batches.take_file(Files, workbook([["证件字号"], ["一号"]]), "旧台账.xlsx", dry_run=False)
    assert ImportBatch.objects.get().office == registrar.office
    assert not batches.visible_batches(factories.user("auditor")).exists()


def test_an_import_that_nobody_can_take_back_offers_no_undo(client):
    officer = factories.user("bureau_officer", lines=["orgs"])
    batch = uploaded("sample_orgs", officer, "登记证号")
    batches.write(batch)
    client.force_login(officer)
    assert "撤销导入" not in client.get(batch.get_absolute_url()).content.decode()
    with pytest.raises(batches.UserError, match="不能整批撤销"):
        batches.start_undo(batch, officer)
