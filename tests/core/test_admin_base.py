"""The admin's foundation: area and role hold for lists, foreign keys, imports and exports alike."""

import pytest
import tablib
from django.contrib import admin

from core.admin import ImportExportRoomAdmin, ScopedResource, masked_number
from core.models import AccessKind, AccessLog
from core.trail import changes_of
from district.models import Division
from registry.models import Person
from tests.factories import OTHER_VILLAGE, VILLAGE, person, user

pytestmark = pytest.mark.django_db


class PersonResource(ScopedResource):
    class Meta:
        model = Person
        import_id_fields = ("id_number",)
        fields = ("id_number", "name", "phone", "division", "birth_date", "sex")


class PersonAdmin(ImportExportRoomAdmin):
    resource_classes = [PersonResource]
    view_roles = ("auditor",)
    change_roles = export_roles = ("township_clerk",)


@pytest.fixture
def page():
    return PersonAdmin(Person, admin.site)


@pytest.fixture
def asked(rf):
    request = rf.get("/admin/")
    request.user = user("township_clerk")
    return request


def row(one: Person, **changes) -> tablib.Dataset:
    values = {
        "id_number": one.id_number,
        "name": one.name,
        "phone": "13800000000",
        "division": one.division_id,
        "birth_date": f"{one.birth_date}",
        "sex": one.sex,
        **changes,
    }
    return tablib.Dataset(list(values.values()), headers=list(values))


def test_the_list_ends_at_the_township(page, asked):
    own, _ = person(), person(OTHER_VILLAGE)
    assert list(page.get_queryset(asked)) == [own]


def test_a_foreign_key_offers_and_takes_own_divisions_only(page, asked):
    field = page.formfield_for_foreignkey(Person._meta.get_field("division"), asked)
    assert field.queryset.filter(code=VILLAGE).exists()
    assert not field.queryset.filter(code=OTHER_VILLAGE).exists()


def test_rights_follow_the_role(page, asked):
    assert page.has_change_permission(asked) and page.has_export_permission(asked)
    assert not page.has_delete_permission(asked) and not page.has_import_permission(asked)
    asked.user = user("auditor")
    assert page.has_view_permission(asked) and not page.has_change_permission(asked)
    asked.user = user("finance")
    assert not page.has_module_permission(asked)


def test_an_export_holds_own_rows_and_leaves_a_trace(page, asked):
    own, _ = person(), person(OTHER_VILLAGE)
    data = page.get_data_for_export(asked, page.get_queryset(asked))
    assert data["id_number"] == [own.id_number]
    assert AccessLog.objects.filter(kind=AccessKind.EXPORT).count() == 1


def test_an_import_changes_own_rows(asked):
    one = person()
    result = PersonResource(user=asked.user).import_data(row(one))
    one.refresh_from_db()
    assert not result.has_errors() and one.phone == "13800000000"


def test_an_import_neither_finds_nor_writes_foreign_rows(asked):
    stranger, own = person(OTHER_VILLAGE), person()
    resource = PersonResource(user=asked.user)
    for rows in (row(stranger), row(own, division=OTHER_VILLAGE)):
        result = resource.import_data(rows)
        assert result.has_errors() or result.has_validation_errors()
    stranger.refresh_from_db(), own.refresh_from_db()
    assert stranger.phone == "" and own.division_id == VILLAGE


def test_a_masked_column_masks():
    assert "*" * 10 in masked_number("id_number", "身份证号")(person())


def test_the_history_of_a_row_reads_in_words():
    one = person(name="张三")
    one.phone, one.division = "13800000000", Division.objects.get(code=OTHER_VILLAGE)
    one.save()
    [event] = changes_of(one)
    words = {label: (before, after) for label, before, after in event["changes"]}
    assert words["联系电话"] == ("", "13800000000")
    assert words["村（社区）"][1] == Division.objects.get(code=OTHER_VILLAGE).name
