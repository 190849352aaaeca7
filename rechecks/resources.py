"""What goes out of the findings and leads: the columns that a township or an auditor reads."""

from typing import ClassVar

from import_export import fields

from core.admin import ScopedResource
from rechecks.models import Finding, Lead


class FindingResource(ScopedResource):
    person = fields.Field("person__name", "姓名")
    id_number = fields.Field("person__id_number", "身份证号")
    household = fields.Field("household__number", "户编号")
    division = fields.Field("division__name", "村(社区)")
    programme = fields.Field("programme__name", "项目")
    kind = fields.Field("get_kind_display", "名单")
    score = fields.Field("score", "疑似分")
    first_month = fields.Field("first_month", "首次发现")
    last_month = fields.Field("last_month", "最近发现")
    due_on = fields.Field("due_on", "核查期限")
    state = fields.Field("get_state_display", "状态")

    class Meta:
        model = Finding
        fields: ClassVar[list[str]] = [
            "person", "id_number", "household", "division", "programme", "kind", "score",
            "first_month", "last_month", "due_on", "state",
        ]  # fmt: skip


class LeadResource(ScopedResource):
    person = fields.Field("person__name", "姓名")
    id_number = fields.Field("person__id_number", "身份证号")
    division = fields.Field("division__name", "村(社区)")
    programme = fields.Field("programme__name", "可能符合")
    why = fields.Field("why", "为什么")
    amount = fields.Field("amount", "估算月金额")
    first_month = fields.Field("first_month", "首次发现")
    state = fields.Field("get_state_display", "状态")

    class Meta:
        model = Lead
        fields: ClassVar[list[str]] = [
            "person", "id_number", "division", "programme", "why", "amount", "first_month", "state",
        ]  # fmt: skip
