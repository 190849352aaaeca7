"""特困供养名册 as xlsx or csv, with the titles of the ledger (contract §2): exports can be imported as they are."""

from typing import Any, ClassVar

from import_export import fields

from benefits.models import Entitlement
from core.admin import ScopedResource
from core.months import add_months, format_month
from relief.tekun.models import Placement, TekunHolding, TekunPlacement
from relief.tekun.rules import CARE

PLACEMENTS = {Placement.DISPERSED.value: "分散", Placement.INSTITUTION.value: "集中"}


class HoldingResource(ScopedResource):
    """Each basic entitlement with the care amount, the way of care and the home at its end."""

    id_number = fields.Field("person__id_number", column_name="身份证号")
    name = fields.Field("person__name", column_name="姓名")
    placement = fields.Field(column_name="供养方式")
    first = fields.Field(column_name="起始月份")
    basic = fields.Field("monthly_amount", column_name="基本生活月标准")
    grade = fields.Field(column_name="照料护理档次")
    care = fields.Field(column_name="护理月标准")
    home = fields.Field(column_name="供养机构")
    stop = fields.Field(column_name="停止月份")
    reason = fields.Field(column_name="停止原因")

    class Meta:
        model = TekunHolding
        fields: ClassVar[list[str]] = [
            "id_number", "name", "placement", "first", "basic", "grade", "care", "home", "stop", "reason",
        ]  # fmt: skip
        export_order = fields

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("person").order_by("pk")

    def _at_end(self, rows: Any, held: TekunHolding) -> Any:
        """The row in force in the last month of the entitlement, or now."""
        found = [one for one in rows if one.first_month <= (held.last_month or one.first_month)]
        found = [one for one in found if one.last_month is None or one.last_month >= held.first_month]
        return max(found, key=lambda one: one.first_month, default=None)

    def _placed(self, held: TekunHolding) -> TekunPlacement | None:
        if not hasattr(held, "_placement"):
            rows = TekunPlacement.objects.filter(person=held.person_id).select_related("institution")
            held._placement = self._at_end(rows, held)  # type: ignore[attr-defined]
        return held._placement  # type: ignore[attr-defined]

    def dehydrate_placement(self, held: TekunHolding) -> str:
        placed = self._placed(held)
        return PLACEMENTS[placed.placement if placed else Placement.DISPERSED.value]

    def dehydrate_grade(self, held: TekunHolding) -> str:
        placed = self._placed(held)
        return placed.get_grade_display() if placed else ""

    def dehydrate_home(self, held: TekunHolding) -> str:
        placed = self._placed(held)
        return placed.institution.name if placed and placed.institution else ""

    def dehydrate_care(self, held: TekunHolding) -> str:
        rows = Entitlement.objects.filter(person=held.person_id, programme=CARE, is_void=False)
        care = self._at_end(rows, held)
        return str(care.monthly_amount) if care else ""

    def dehydrate_first(self, held: TekunHolding) -> str:
        return format_month(held.first_month)

    def dehydrate_stop(self, held: TekunHolding) -> str:
        return format_month(add_months(held.last_month, 1)) if held.last_month else ""

    def dehydrate_reason(self, held: TekunHolding) -> str:
        return held.get_end_reason_display() if held.last_month else ""
