"""Forms of the line: an application, an ending, a proof of life, a list's acts."""

from typing import Any

from django import forms

from benefits.models import EndReason
from casework.forms import ASKS
from core.filters import DayInput, MonthFormField
from elderly.models import OutReason, ProofMethod

# Of all reasons those that end an allowance; the bureau's other reasons are about households' means.
END_REASONS = (
    EndReason.DEATH,
    EndReason.MOVED,
    EndReason.WITHDREW,
    EndReason.SENTENCE,
    EndReason.MISSING,
    EndReason.OTHER,
)


def register_asks() -> None:
    """What taking a single row off its list asks."""
    ASKS["out_reason"] = lambda case: forms.ChoiceField(label="移出原因", choices=OutReason.choices)


class ApplyForm(forms.Form):
    """本人或代办人申请."""

    reason = forms.CharField(
        label="申请说明",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text="到龄后没有及时享受的原因等，可以不填。",
    )
    proxy_name = forms.CharField(label="代办人", max_length=60, required=False, help_text="本人申请的不填。")
    proxy_relation = forms.CharField(label="与本人关系", max_length=30, required=False)
    proxy_phone = forms.CharField(label="代办人电话", max_length=30, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("proxy_name") and not data.get("proxy_relation"):
            self.add_error("proxy_relation", "请填写代办人与本人的关系。")
        if data.get("proxy_relation") and not data.get("proxy_name"):
            self.add_error("proxy_name", "请填写代办人姓名。")
        return data


class EndForm(forms.Form):
    """登记停发."""

    reason = forms.ChoiceField(
        label="停发原因", choices=[("", "请选择"), *((one.value, one.label) for one in END_REASONS)]
    )
    from_month = MonthFormField(label="停发月份", help_text="不再发放的第一个月；死亡的为死亡次月。")
    note = forms.CharField(label="说明", max_length=500, required=False, help_text="原因选“其他”时必须写明。")


class ProofForm(forms.Form):
    """登记生存认证, for one or for many."""

    proved_on = forms.DateField(label="认证日期", widget=DayInput)
    method = forms.ChoiceField(label="认证方式", choices=ProofMethod.choices)
    note = forms.CharField(
        label="说明", max_length=200, required=False, help_text="谁去的、见到谁等，可以不填。"
    )


class OpinionForm(forms.Form):
    """An act on a list with the officer's words."""

    opinion = forms.CharField(
        label="意见", max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )


class ReasonForm(forms.Form):
    """退回: needs its reason."""

    opinion = forms.CharField(label="退回理由", max_length=500, widget=forms.Textarea({"rows": 2}))


class OutForm(forms.Form):
    """移出名单."""

    reason = forms.ChoiceField(label="移出原因", choices=[("", "请选择"), *OutReason.choices])
    note = forms.CharField(label="说明", max_length=300, required=False)


class MonthForm(forms.Form):
    """生成名单."""

    month = MonthFormField(label="月份")
