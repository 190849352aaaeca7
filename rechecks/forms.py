"""Forms of 回头看: a list to load, a month to compare, what the visit found, what the bureau decides."""

from typing import Any

from django import forms
from django.utils import timezone

from benefits.models import EndReason
from casework.forms import ManyFilesField
from core.filters import DayInput, MoneyFormField, MonthFormField
from rechecks import kinds
from rechecks.hearing import AGAINST
from rechecks.models import Answer, ContactResult, ContactWay, Delivery, Outcome, SpotResult


class ListForm(forms.Form):
    kind = forms.ChoiceField(label="名单种类", choices=kinds.CHOICES)
    file = forms.FileField(
        label="文件",
        help_text="xlsx、xls 或 csv（UTF-8、GBK、UTF-16 都可以），须有姓名、身份证号两列；没有身份证号的须有"
        "姓名、出生日期（最好还有村、乡镇），这样的名单只提示疑似同一人。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )
    as_of = forms.DateField(label="截止日期", widget=DayInput, help_text="对方数据取到哪一天；不能晚于今天。")
    source = forms.CharField(label="来源单位", max_length=100, help_text="例如：区人社局、区公安分局。")


class MonthForm(forms.Form):
    month = MonthFormField(label="月份", help_text="比对这个月在享的全部待遇。")


def same_person_field() -> forms.CharField:
    """Only for lists without ID numbers; the page leaves it out of all others."""
    return forms.CharField(
        label="确认同一人",
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text="名单没有身份证号，只是疑似。停发、变更、暂缓的必须写明怎样确认是同一人，例如：与火化证、户口簿核对。",
    )


class ReportForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    verified_on = forms.DateField(label="核查日期", widget=DayInput)
    visitors = forms.CharField(label="核查人员", max_length=120, help_text="入户须两人，用顿号隔开。")
    words = forms.CharField(
        label="核查情况",
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text="看到什么、问了谁、与名单是否一致。",
    )
    outcome = forms.ChoiceField(label="核查意见", choices=Outcome.choices, widget=forms.RadioSelect)
    end_reason = forms.ChoiceField(
        label="停发原因", choices=[("", "（停发时填）"), *EndReason.choices], required=False
    )
    from_month = MonthFormField(
        label="起始月份", required=False, help_text="停发：不再发放的第一个月；变更：按新金额发放的第一个月。"
    )
    same_person = same_person_field()
    documents = ManyFilesField(label="材料", required=False, help_text="照片或 PDF，可多选。")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("verified_on") and data["verified_on"] > timezone.localdate():
            self.add_error("verified_on", "核查日期晚于今天。")
        if data.get("outcome") == Outcome.END and not data.get("end_reason"):
            self.add_error("end_reason", "请选择停发原因。")
        return data


class HearingForm(forms.Form):
    """What the family is told."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label="拟作处理",
        choices=[(one.value, one.label) for one in AGAINST],
        widget=forms.RadioSelect,
    )
    end_reason = forms.ChoiceField(
        label="停发原因", choices=[("", "（停发时填）"), *EndReason.choices], required=False
    )
    from_month = MonthFormField(
        label="起始月份", help_text="停发：不再发放的第一个月；变更：按新金额发放的第一个月。"
    )
    words = forms.CharField(
        label="事实和理由",
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text="印在告知书上，家庭要看得懂；不要写别人的姓名和号码。",
    )
    same_person = same_person_field()


class DeliverForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    way = forms.ChoiceField(label="送达方式", choices=Delivery.choices, widget=forms.RadioSelect)
    given_on = forms.DateField(label="送达日期", widget=DayInput, help_text="陈述申辩的时间从这天起算。")
    given_by = forms.CharField(label="送达人", max_length=120)
    receiver = forms.CharField(
        label="签收情况",
        max_length=200,
        help_text="当面：签收人；留置：见证人；邮寄：邮件号；公告：张贴处。",
    )
    documents = ManyFilesField(label="材料", required=False, help_text="送达回证、照片，可多选。")


class AnswerForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label="家庭的答复",
        choices=[(one.value, one.label) for one in (Answer.STATED, Answer.WAIVED)],
        widget=forms.RadioSelect,
    )
    answered_on = forms.DateField(label="答复日期", widget=DayInput)
    statement = forms.CharField(
        label="陈述申辩内容",
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="家庭怎么说，照实记。书面放弃的可以不写，须上传放弃书。",
    )
    documents = ManyFilesField(label="材料", required=False, help_text="陈述书、证明、放弃书，可多选。")


class DecideForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    agree = forms.ChoiceField(
        label="审定", choices=[("1", "同意"), ("0", "退回重新核查")], widget=forms.RadioSelect
    )
    opinion = forms.CharField(label="审定意见", max_length=500, widget=forms.Textarea({"rows": 3}))


class Words(forms.CharField):
    """Words with 、 between them; none at all is an answer too."""

    widget = forms.Textarea({"rows": 2})

    def __init__(self, **kwargs: Any):
        help_text = "多个词用顿号隔开；含其中一个词即算。"
        super().__init__(help_text=help_text, max_length=400, required=False, **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        text = str(super().to_python(value) or "").replace("，", "、").replace(",", "、")
        return [word.strip() for word in text.split("、") if word.strip()]


class PreviewForm(forms.Form):
    """Lines and exemptions as they would be."""

    month = MonthFormField(label="月份")
    tax_line = MoneyFormField(label="年应税收入超过（元）")
    max_houses = forms.IntegerField(label="全家住房超过（套）", min_value=0, max_value=20)
    alike_least = forms.IntegerField(
        label="疑似分达到（分）", min_value=0, max_value=100, help_text="只用于没有身份证号的名单。"
    )
    property_counted = Words(label="计为住房的用途")
    property_not_counted = Words(label="不计为住房的用途")
    vehicle_exempt = Words(label="不算的车辆")
    business_states = Words(label="经营中的登记状态")
    business_ended = Words(label="已停止的登记状态")


class ContactForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    contacted_on = forms.DateField(label="联系日期", widget=DayInput)
    way = forms.ChoiceField(label="方式", choices=ContactWay.choices, widget=forms.RadioSelect)
    words = forms.CharField(label="情况", max_length=500, widget=forms.Textarea({"rows": 3}))
    result = forms.ChoiceField(label="结果", choices=ContactResult.choices, widget=forms.RadioSelect)


class DrawForm(forms.Form):
    month = MonthFormField(label="月份", help_text="从这个月在享的待遇中抽取。")
    wanted = forms.IntegerField(
        label="抽取份数", min_value=1, max_value=5000, help_text="每个乡镇（街道）的每个项目至少一份。"
    )


class SpotForm(forms.Form):
    visited_on = forms.DateField(label="入户日期", widget=DayInput)
    result = forms.ChoiceField(label="结果", choices=SpotResult.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label="情况",
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="情况属实的可以不写。",
    )
