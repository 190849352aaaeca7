"""Back office of the registry: looking up, export, and the history; facts are changed on the pages, where their dates
are asked for."""

from typing import ClassVar

from django.contrib import admin
from import_export import fields

from core.admin import ImportExportRoomAdmin, ReadOnlyAdmin, RoomInline, ScopedResource
from core.filters import mask
from registry import batches, search
from registry.models import (
    DisabilityCertificate,
    Household,
    ImportBatch,
    Institution,
    Membership,
    PayeeAccount,
    Person,
)

KEEPERS = ("bureau_officer",)
READERS = ("bureau_officer", "auditor", "finance")
MASKED = "号码隐去中间几位；完整号码在居民页面填写事由后查看。"


class PersonResource(ScopedResource):
    """Export of persons; identity and phone numbers stay masked, as in every export of a list."""

    id_number = fields.Field(column_name="身份证号")
    name = fields.Field("name", column_name="姓名")
    sex = fields.Field(column_name="性别")
    birth_date = fields.Field("birth_date", column_name="出生日期")
    division = fields.Field("division__name", column_name="村（社区）")
    hukou_kind = fields.Field(column_name="户籍类别")
    phone = fields.Field(column_name="联系电话")
    address = fields.Field("address", column_name="住址")

    class Meta:
        model = Person
        fields: ClassVar[list[str]] = [
            "id_number", "name", "sex", "birth_date", "division", "hukou_kind", "phone", "address",
        ]  # fmt: skip
        export_order = fields

    def get_queryset(self):
        return super().get_queryset().select_related("division").order_by("pk")

    def dehydrate_id_number(self, person: Person) -> str:
        return mask(person.id_number)

    def dehydrate_phone(self, person: Person) -> str:
        return mask(person.phone)

    def dehydrate_sex(self, person: Person) -> str:
        return person.get_sex_display()

    def dehydrate_hukou_kind(self, person: Person) -> str:
        return person.get_hukou_kind_display()


class HouseholdResource(ScopedResource):
    number = fields.Field("number", column_name="户编号")
    division = fields.Field("division__name", column_name="村（社区）")
    hukou_kind = fields.Field(column_name="户籍类别")
    address = fields.Field("address", column_name="住址")

    class Meta:
        model = Household
        fields: ClassVar[list[str]] = ["number", "division", "hukou_kind", "address"]
        export_order = fields

    def get_queryset(self):
        return super().get_queryset().select_related("division").order_by("pk")

    def dehydrate_hukou_kind(self, household: Household) -> str:
        return household.get_hukou_kind_display()


class DatedInline(RoomInline):
    """Dated facts under their person or household: to be read here, changed on the pages."""

    view_roles = READERS
    ordering = ("-since",)

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class MembershipInline(DatedInline):
    model = Membership
    fields = ("household", "person", "relation", "since", "until")
    autocomplete_fields = ("household", "person")


class AccountInline(DatedInline):
    model = PayeeAccount
    fields = ("bank", "masked_number", "holder_name", "since", "until")
    readonly_fields = ("masked_number",)

    @admin.display(description="账号")
    def masked_number(self, account):
        return mask(account.number)


class CertificateInline(DatedInline):
    model = DisabilityCertificate
    fields = ("kind", "grade", "since", "until")


@admin.register(Person)
class PersonAdmin(ImportExportRoomAdmin):
    list_display = ("name", "masked_id", "sex", "birth_date", "division", "hukou_kind", "death_date")
    list_filter = ("hukou_kind", "sex", "labour")
    list_select_related = ("division",)
    search_fields = ("name",)
    search_help_text = "姓名、身份证号或后四位、电话、拼音首字母"
    ordering = ("pk",)
    view_roles = READERS
    change_roles = KEEPERS
    export_roles = READERS
    resource_classes: ClassVar[list[type]] = [PersonResource]
    fields = (
        "name", "masked_id", "birth_date", "sex", "division", "hukou_kind", "ethnicity", "masked_phone", "address",
        "health", "labour", "monthly_income", "death_date", "note",
    )  # fmt: skip
    readonly_fields = ("name", "masked_id", "birth_date", "sex", "masked_phone", "death_date")
    autocomplete_fields = ("division",)
    inlines = (MembershipInline, AccountInline, CertificateInline)

    def get_search_results(self, request, queryset, search_term):
        """By index, as the search box does; never a scan over all words of all columns."""
        return (search.narrowed(queryset, search_term) if search_term.strip() else queryset), False

    def save_model(self, request, obj, form, change):
        """One more version, so that someone who has the page open sees that it was changed here."""
        obj.version += 1
        super().save_model(request, obj, form, change)

    @admin.display(description="身份证号")
    def masked_id(self, person):
        return mask(person.id_number)

    @admin.display(description="联系电话")
    def masked_phone(self, person):
        return mask(person.phone)


@admin.register(Household)
class HouseholdAdmin(ImportExportRoomAdmin):
    list_display = ("number", "division", "hukou_kind", "address", "until")
    list_filter = ("hukou_kind",)
    list_select_related = ("division",)
    search_fields = ("number__startswith",)
    search_help_text = "户编号开头"
    ordering = ("pk",)
    view_roles = READERS
    change_roles = KEEPERS
    export_roles = READERS
    resource_classes: ClassVar[list[type]] = [HouseholdResource]
    fields = ("number", "division", "address", "hukou_kind", "note", "until")
    readonly_fields = ("number", "until")
    autocomplete_fields = ("division",)
    inlines = (MembershipInline,)

    def save_model(self, request, obj, form, change):
        obj.version += 1
        super().save_model(request, obj, form, change)


class InstitutionResource(ScopedResource):
    code = fields.Field("code", column_name="统一社会信用代码")
    name = fields.Field("name", column_name="名称")
    kind = fields.Field(column_name="类别")
    division = fields.Field("division__name", column_name="所在区划")
    address = fields.Field("address", column_name="地址")
    contact = fields.Field("contact", column_name="联系人")
    phone = fields.Field("phone", column_name="联系电话")

    class Meta:
        model = Institution
        fields: ClassVar[list[str]] = ["code", "name", "kind", "division", "address", "contact", "phone"]
        export_order = fields

    def get_queryset(self):
        return super().get_queryset().select_related("division").order_by("pk")

    def dehydrate_kind(self, institution: Institution) -> str:
        return institution.get_kind_display()


@admin.register(Institution)
class InstitutionAdmin(ImportExportRoomAdmin):
    """Looking up and export; a home and its account are changed on the pages."""

    list_display = ("name", "code", "kind", "division", "contact", "until")
    list_filter = ("kind",)
    list_select_related = ("division",)
    search_fields = ("name", "code__startswith")
    search_help_text = "名称或信用代码开头"
    ordering = ("pk",)
    view_roles = READERS
    export_roles = READERS
    resource_classes: ClassVar[list[type]] = [InstitutionResource]
    fields = (
        "name", "code", "kind", "division", "address", "contact", "phone", "since", "until",
    )  # fmt: skip
    inlines = (AccountInline,)


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    """Who imported which file, and what became of it."""

    list_display = ("file", "ledger", "line", "state", "division", "created_by", "created_at", "written_at")
    list_filter = ("state", "line")
    list_select_related = ("file", "division", "created_by")
    fields = (
        "ledger",
        "line",
        "office",
        "file",
        "state",
        "counts",
        "notes",
        "division",
        "created_by",
        "created_at",
        "written_at",
    )
    view_roles = READERS

    def get_queryset(self, request):
        return super().get_queryset(request).defer("file__content")

    @admin.display(description="台账", ordering="kind")
    def ledger(self, batch):
        return batches.title_of(batch.kind)
