"""Forms of the room: what an application states, papers, liquidation, reports, conclusions, measures."""

from typing import Any

from django import forms

from casework.services import today
from core import identity
from core.errors import UserError
from core.filters import DayInput, MoneyFormField, mask
from orgs import rules
from orgs.models import Conclusion, DirectKind, MeasureKind, OrgKind

# Never shown in full in a form.
HIDDEN = ("representative_id", "phone")


def wide(rows: int = 0) -> forms.Widget:
    return forms.Textarea({"rows": rows}) if rows else forms.TextInput({"class": "wide"})


class VersionForm(forms.Form):
    """A form over something that others may be changing."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class FactsForm(VersionForm):
    """What is registered of a body: who supervises and represents it, where it is, what it owns, what it does."""

    supervisor = forms.CharField(
        label="业务主管单位", max_length=100, required=False, help_text="直接登记的四类不填。"
    )
    direct_kind = forms.ChoiceField(
        label="直接登记类别", required=False, choices=[("", "不是直接登记"), *DirectKind.choices]
    )
    representative_name = forms.CharField(label="法定代表人", max_length=60)
    representative_id = forms.CharField(
        label="身份证号", max_length=20, help_text="法定代表人的 18 位号码，不对外公开。"
    )
    address = forms.CharField(label="住所", max_length=200, widget=wide())
    phone = forms.CharField(label="联系电话", max_length=40, required=False, help_text="不对外公开。")
    capital = MoneyFormField(label="注册资金", help_text="元；活动资金、开办资金或原始基金。")
    scope = forms.CharField(label="业务范围", max_length=500, widget=wide(2))
    individuals = forms.IntegerField(label="个人会员", min_value=0, required=False)
    units = forms.IntegerField(label="单位会员", min_value=0, required=False)
    staff = forms.IntegerField(label="专职人员", min_value=0, required=False)
    term_years = forms.IntegerField(
        label="理事会每届", min_value=0, max_value=20, required=False, help_text="年"
    )

    def __init__(self, *args: Any, kept: Any = None, **kwargs: Any):
        """`kept`: what is registered or applied for already; its numbers stay masked, and blank leaves them."""
        super().__init__(*args, **kwargs)
        self.kept = [name for name in HIDDEN if kept is not None and getattr(kept, name)]
        for name in self.kept:
            self.fields[name].required = False
            self.initial.pop(name, None)
            self.fields[name].help_text = f"现为 {mask(getattr(kept, name))}，不改请留空。"

    def clean_representative_id(self) -> str:
        typed = self.cleaned_data["representative_id"]
        if not typed:
            return ""
        try:
            return identity.parse_id(typed, today()).number
        except UserError as error:
            raise forms.ValidationError(f"身份证号{error.message}。") from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("individuals", "units", "staff", "term_years"):
            if name in data:
                data[name] = data[name] or 0
        return data

    def facts(self) -> dict[str, Any]:
        """The values under the names of the model's fields, without what stays as it is."""
        blank = [name for name in self.kept if not self.cleaned_data.get(name)]
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("version", "reason", *blank)
        }


class NameForm(forms.Form):
    """行政区划 + 字号 + 业务领域 + 组织形式."""

    name_area = forms.CharField(label="行政区划", max_length=20)
    name_style = forms.CharField(
        label="字号", max_length=30, required=False, help_text="社会团体可以不用字号。"
    )
    name_field = forms.CharField(
        label="业务领域", max_length=30, required=False, help_text="如 养老服务、太极拳。"
    )
    name_form = forms.CharField(
        label="组织形式", max_length=20, help_text="如 协会、商会、服务中心、幼儿园。"
    )


class EstablishForm(FactsForm, NameForm):
    """成立登记申请."""

    kind = forms.ChoiceField(label="类型", choices=OrgKind.choices)
    paid_in = forms.BooleanField(label="资金已全部到账", required=False)
    public_raising = forms.BooleanField(label="公开募捐（基金会）", required=False)
    licensed = forms.BooleanField(label="依法须经行业许可（教育、卫生、养老等）", required=False)

    field_order = (
        "kind",
        "name_area",
        "name_style",
        "name_field",
        "name_form",
    )


class ChangeForm(FactsForm):
    """变更登记: every registered fact as it is, to be written over; a new name is given in parts."""

    name_area = forms.CharField(
        label="行政区划", max_length=20, required=False, help_text="更名的才填新名称。"
    )
    name_style = forms.CharField(label="字号", max_length=30, required=False)
    name_field = forms.CharField(label="业务领域", max_length=30, required=False)
    name_form = forms.CharField(label="组织形式", max_length=20, required=False)
    reason = forms.CharField(label="变更理由", max_length=500, widget=wide(2))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        given = [data.get(name) for name in ("name_area", "name_field", "name_form")]
        if any([*given, data.get("name_style")]) and not data.get("name_form"):
            self.add_error("name_form", "更名的，请把新名称的行政区划、业务领域、组织形式填全。")
        return data


class CancelForm(forms.Form):
    reason = forms.CharField(
        label="注销事由",
        max_length=500,
        widget=wide(3),
        help_text="如：完成章程规定的宗旨、自行解散、分立合并。",
    )


class LiquidationForm(VersionForm):
    """清算: group, creditors' notice, audit, what is left, seal and certificate."""

    liquidators = forms.CharField(label="清算组成员", max_length=200, required=False, widget=wide())
    liquidation_from = forms.DateField(label="清算组成立", required=False, widget=DayInput)
    creditors_noticed_on = forms.DateField(label="债权人公告", required=False, widget=DayInput)
    creditors_notice_in = forms.CharField(label="公告载体", max_length=100, required=False)
    audited_on = forms.DateField(label="清算审计", required=False, widget=DayInput)
    liquidation_reported_on = forms.DateField(label="清算报告书", required=False, widget=DayInput)
    auditor = forms.CharField(label="审计机构", max_length=100, required=False)
    remaining = MoneyFormField(label="剩余财产", required=False, help_text="元；没有请填 0。")
    remaining_use = forms.CharField(label="剩余财产处理", max_length=200, required=False, widget=wide())
    seal_returned_on = forms.DateField(label="印章收缴", required=False, widget=DayInput)
    certificate_returned_on = forms.DateField(label="证书收缴", required=False, widget=DayInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, value in data.items():
            if hasattr(value, "year") and value > today():
                self.add_error(name, "不能晚于今天。")
        return data


class PapersForm(VersionForm):
    """Which papers lie here."""

    papers = forms.MultipleChoiceField(label="已收到", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, wanted: list[rules.Paper], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["papers"].choices = [(one.code, one.title) for one in wanted]  # type: ignore[attr-defined]


class ReportForm(VersionForm):
    """A yearly report as it comes in."""

    submitted_on = forms.DateField(label="报送日期", widget=DayInput)
    papers = forms.MultipleChoiceField(
        label="已交材料",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=rules.INSPECTION_PAPERS,
    )
    income = MoneyFormField(label="本年收入", required=False, help_text="元；没有请填 0。")
    expenses = MoneyFormField(label="本年支出", required=False, help_text="元")
    net_assets = MoneyFormField(label="年末净资产", required=False, min_value=None, help_text="元；可为负。")
    staff = forms.IntegerField(label="从业人员", min_value=0, required=False, help_text="人")
    activities = forms.IntegerField(label="开展活动", min_value=0, required=False, help_text="次")
    supervisor_on = forms.DateField(label="主管单位初审", required=False, widget=DayInput)
    supervisor_opinion = forms.CharField(label="初审意见", max_length=300, required=False, widget=wide())


class ReturnForm(VersionForm):
    words = forms.CharField(
        label="补正内容",
        max_length=300,
        required=False,
        widget=wide(2),
        help_text="系统已列出的缺项不必重写。",
    )


class ConclusionForm(VersionForm):
    conclusion = forms.ChoiceField(label="结论", choices=Conclusion.choices, widget=forms.RadioSelect)
    ground = forms.CharField(
        label="依据", max_length=300, required=False, widget=wide(2), help_text="合格可以不填。"
    )


class CampaignForm(forms.Form):
    year = forms.IntegerField(label="检查年度", help_text="检查哪一年的工作报告。")
    note = forms.CharField(label="说明", max_length=300, required=False, widget=wide())


class MeasureForm(forms.Form):
    kind = forms.ChoiceField(label="措施", choices=MeasureKind.choices)
    ground = forms.CharField(label="事实和依据", max_length=500, widget=wide(3))


class DecideForm(forms.Form):
    agree = forms.ChoiceField(
        label="决定", choices=[("yes", "同意采取"), ("no", "不采取")], widget=forms.RadioSelect
    )
    opinion = forms.CharField(label="决定意见", max_length=300, widget=wide(2))


class SpoilForm(forms.Form):
    reason = forms.CharField(label="作废原因", max_length=200, help_text="如：打印错位、污损。")


def initial_of(obj: Any, form: type[forms.Form]) -> dict[str, Any]:
    """The object's values for the form's fields."""
    return {name: getattr(obj, name) for name in form.base_fields if hasattr(obj, name)}  # type: ignore[attr-defined]
