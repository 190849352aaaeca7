"""Export of the members with the titles of `import_committees`, so that what was exported can be imported as it is."""

from typing import Any

from import_export import fields

from core.admin import ScopedResource
from grassroots.models import CommitteeMember


class CommitteeMemberResource(ScopedResource):
    village = fields.Field("committee__division__name", "村(社区)")
    village_code = fields.Field("committee__division_id", "村居代码")
    name = fields.Field("name", "姓名")
    post = fields.Field("post", "职务")
    since = fields.Field("since", "任期起")
    until = fields.Field("until", "任期止")
    id_number = fields.Field("id_number", "身份证号")
    code = fields.Field("committee__credit_code", "统一社会信用代码")

    class Meta:
        model = CommitteeMember
        fields = ("village", "village_code", "name", "post", "since", "until", "id_number", "code")
        export_order = fields

    def dehydrate_post(self, obj: Any) -> str:
        return obj.get_post_display()

    def dehydrate_since(self, obj: Any) -> str:
        return f"{obj.since:%Y-%m-%d}"

    def dehydrate_until(self, obj: Any) -> str:
        return f"{obj.until:%Y-%m-%d}" if obj.until else ""

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("committee__division")
