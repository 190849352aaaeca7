"""Forms of the case: a step with its opinion, a home visit, materials."""

from collections.abc import Callable
from typing import Any

from django import forms

from casework.workflow import Transition
from core.filters import DayInput

# What steps may ask for beside an opinion; a service line adds its own.
ASKS: dict[str, Callable[[Any], forms.Field]] = {
    "place": lambda case: forms.CharField(
        label="张贴地点", max_length=100, initial=f"{case.division.name}公开栏"
    ),
    "by": lambda case: forms.CharField(
        label="提出人", max_length=60, required=False, help_text="可以不填；反映人信息保密。"
    ),
}

MATERIALS = [
    ("申请书、授权书", "申请书、授权书"),
    ("身份证、户口簿", "身份证、户口簿"),
    ("收入证明", "收入证明"),
    ("财产证明", "财产证明"),
    ("残疾证", "残疾证"),
    ("诊断证明", "诊断证明"),
    ("核对报告", "核对报告"),
    ("入户调查表及照片", "入户调查表及照片"),
    ("公示照片", "公示照片"),
    ("民主评议记录", "民主评议记录"),
    ("其他", "其他"),
]


class StepForm(forms.Form):
    """One step: its opinion, what else it asks, and the version that was on the screen."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    opinion = forms.CharField(
        label="意见", required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args, case: Any, step: Transition, **kwargs):
        super().__init__(*args, **kwargs)
        for name in step.asks:
            self.fields[name] = ASKS[name](case)
        self.fields["opinion"].required = step.needs_opinion
        self.fields["opinion"].error_messages["required"] = f"请填写“{step.label}”的意见。"
        self.order_fields(["version", *step.asks, "opinion"])


class VisitForm(forms.Form):
    """入户调查: who went, what they saw, who signed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    visited_on = forms.DateField(label="入户日期", widget=DayInput)
    first_visitor = forms.CharField(label="调查人员一", max_length=40)
    second_visitor = forms.CharField(label="调查人员二", max_length=40)
    more_visitors = forms.CharField(
        label="其他人员", max_length=80, required=False, help_text="多人用顿号隔开。"
    )
    housing = forms.CharField(label="住房情况", max_length=300, required=False)
    living = forms.CharField(
        label="生活状况",
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        help_text="家庭成员、劳动、患病、就学、收入来源等所见。",
    )
    signed_by = forms.CharField(label="签字家庭成员", max_length=60)
    remark = forms.CharField(label="备注", max_length=500, required=False)

    def visitors(self) -> list[str]:
        data = self.cleaned_data
        more = data["more_visitors"].replace("，", "、").replace(",", "、").split("、")
        return [data["first_visitor"], data["second_visitor"], *more]


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One file or several, in the order chosen."""

    widget = ManyFiles

    def clean(self, data, initial=None):
        found = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(one, initial) for one in found]


class MaterialForm(forms.Form):
    """Photos and PDFs of one kind of material."""

    material = forms.ChoiceField(label="材料种类", choices=MATERIALS)
    documents = ManyFilesField(
        label="文件",
        widget=ManyFiles({"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
        help_text="照片或 PDF，每个不超过 10 MB；平板上可直接拍照。",
    )
    note = forms.CharField(label="说明", max_length=200, required=False)


class WithdrawMaterialForm(forms.Form):
    reason = forms.CharField(label="作废原因", max_length=200)
