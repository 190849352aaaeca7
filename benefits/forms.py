"""Forms of the benefits pages. They ask; what is right, the services say."""

from typing import Any

from django import forms

from benefits.models import Standard
from core.filters import MoneyFormField, MonthFormField


class HoldForm(forms.Form):
    first_month = MonthFormField(label="暂缓起始月份")
    last_month = MonthFormField(label="暂缓末月", required=False, help_text="不填则一直暂缓，到解除为止。")
    reason = forms.CharField(label="暂缓原因", max_length=300, widget=forms.Textarea({"rows": 3}))


class LiftForm(forms.Form):
    reason = forms.CharField(label="解除原因", max_length=300, widget=forms.Textarea({"rows": 3}))


class ProposeForm(forms.Form):
    standard = forms.ModelChoiceField(
        Standard.objects.none(), label="新标准", help_text="新标准先由后台管理的“标准”录入。"
    )
    from_month = MonthFormField(label="执行月份", required=False, help_text="不填则从标准的施行月份执行。")

    def __init__(self, *args: Any, request: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["standard"]
        field.queryset = (
            Standard.objects.filter(
                programme__line__in=request.user.lines, division__code__startswith=request.user.division_id
            )
            .select_related("programme", "division")
            .order_by("-effective_from", "programme__position")
        )
        field.label_from_instance = lambda one: (
            f"{one.programme} {one.amount} 元（{one.division}，{one.effective_from:%Y-%m} 起）"
        )


class OpinionForm(forms.Form):
    opinion = forms.CharField(
        label="意见", max_length=300, widget=forms.Textarea({"rows": 3}), required=False
    )


class LineForm(forms.Form):
    amount = MoneyFormField(label="调后月金额（元）")
    note = forms.CharField(label="依据", max_length=150, widget=forms.Textarea({"rows": 2}))
