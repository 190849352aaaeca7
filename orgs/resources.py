"""Export under the titles of the contract, so that what was exported can be imported as it is."""

from typing import ClassVar

from import_export import fields

from core.admin import ScopedResource
from orgs.models import Organisation


class OrganisationResource(ScopedResource):
    """The register as a ledger: the representative's number stands in full, since the importer needs it whole; every
    export leaves its trace."""

    name = fields.Field("name", column_name="名称")
    kind = fields.Field(column_name="类型")
    credit_code = fields.Field("credit_code", column_name="统一社会信用代码")
    founded_on = fields.Field(column_name="成立日期")
    supervisor = fields.Field("supervisor", column_name="业务主管单位")
    representative_name = fields.Field("representative_name", column_name="法定代表人")
    representative_id = fields.Field("representative_id", column_name="法定代表人身份证号")
    address = fields.Field("address", column_name="住所")
    capital = fields.Field(column_name="注册资金")
    state = fields.Field(column_name="状态")

    class Meta:
        model = Organisation
        fields: ClassVar[list[str]] = [
            "name", "kind", "credit_code", "founded_on", "supervisor", "representative_name",
            "representative_id", "address", "capital", "state",
        ]  # fmt: skip
        export_order = fields

    def get_queryset(self):
        return super().get_queryset().order_by("founded_on", "pk")

    def dehydrate_kind(self, one: Organisation) -> str:
        return one.get_kind_display()

    def dehydrate_founded_on(self, one: Organisation) -> str:
        return f"{one.founded_on:%Y-%m-%d}"

    def dehydrate_capital(self, one: Organisation) -> str:
        return "" if one.capital is None else str(one.capital)

    def dehydrate_state(self, one: Organisation) -> str:
        return one.get_state_display()
