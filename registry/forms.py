"""Forms of the registry. What they check is whether cells are filled; what is right, the services say."""

from typing import Any

from django import forms
from django.utils import timezone

from core.filters import DayInput, MoneyFormField, mask
from district.models import AreaKind
from registry.lists import division_choices
from registry.models import InstitutionKind, Labour, Membership, Relation

_BLANK = [("", "（未填）")]


def day(label: str, **kwargs: Any) -> forms.DateField:
    """A day; today unless told."""
    kwargs.setdefault("initial", timezone.localdate)
    return forms.DateField(
        label=label, widget=DayInput(), input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d"], **kwargs
    )


class VillageField(forms.ChoiceField):
    """A village of the user's area, by its code."""

    def __init__(self, request: Any, **kwargs: Any):
        groups = [
            (name, [one for one in villages if len(one[0]) == 12])
            for name, villages in division_choices(request)
        ]
        kwargs.setdefault("label", "村（社区）")
        super().__init__(choices=[("", "请选择"), *groups], **kwargs)


class UserForm(forms.Form):
    """A form that knows who fills it in."""

    @property
    def new_head(self) -> Any:
        return self.fields["new_head"]

    def __init__(self, *args: Any, request: Any = None, obj: Any = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.request, self.obj = request, obj
        self.prepare()

    def prepare(self) -> None:
        """Choices that depend on the user or the object."""


class PersonFacts(UserForm):
    """What a person's page shows; correcting needs a reason.

    The present ID and phone numbers stay masked here too: who needs them in full asks on the page, with a trace.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    id_number = forms.CharField(label="新身份证号", max_length=24, required=False)
    name = forms.CharField(label="姓名", max_length=60)
    hukou_kind = forms.ChoiceField(label="户籍类别", choices=_BLANK + AreaKind.choices, required=False)
    ethnicity = forms.CharField(label="民族", max_length=20, required=False)
    phone = forms.CharField(label="新联系电话", max_length=30, required=False)
    address = forms.CharField(label="住址", max_length=200, required=False)
    health = forms.CharField(label="健康状况", max_length=60, required=False)
    labour = forms.ChoiceField(label="劳动能力", choices=_BLANK + Labour.choices, required=False)
    monthly_income = MoneyFormField(label="登记月收入（元）", required=False)
    note = forms.CharField(label="备注", max_length=500, required=False)
    reason = forms.CharField(label="更正事由", max_length=100)

    field_order = ["version", "id_number", "name", "division"]

    def prepare(self) -> None:
        self.fields["division"] = VillageField(self.request)
        self.order_fields(self.field_order)
        self.fields["id_number"].help_text = f"现为 {mask(self.obj.id_number)}；不改请留空"
        phone = f"现为 {mask(self.obj.phone)}；不改请留空，填“无”则去掉" if self.obj.phone else "还没有登记"
        self.fields["phone"].help_text = phone

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("id_number", "phone"):
            if not data.get(name):
                data.pop(name, None)
        if data.get("phone") == "无":
            data["phone"] = ""
        return data


class HouseholdNew(UserForm):
    """登记入户: the household and its head in one step."""

    number = forms.CharField(label="户编号", max_length=40, required=False, help_text="留空则按乡镇自动编号")
    id_number = forms.CharField(label="户主身份证号", max_length=24)
    name = forms.CharField(label="户主姓名", max_length=60)
    hukou_kind = forms.ChoiceField(label="户籍类别", choices=_BLANK + AreaKind.choices, required=False)
    address = forms.CharField(label="住址", max_length=200, required=False)
    phone = forms.CharField(label="联系电话", max_length=30, required=False)
    monthly_income = MoneyFormField(label="户主月收入（元）", required=False)
    bank = forms.CharField(label="开户银行", max_length=60, required=False)
    account = forms.CharField(label="银行账号", max_length=40, required=False)

    field_order = ["number", "division"]

    def prepare(self) -> None:
        self.fields["division"] = VillageField(self.request)
        self.order_fields(self.field_order)


class HouseholdFacts(UserForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    hukou_kind = forms.ChoiceField(label="户籍类别", choices=_BLANK + AreaKind.choices, required=False)
    address = forms.CharField(label="住址", max_length=200, required=False)
    note = forms.CharField(label="备注", max_length=500, required=False)

    def prepare(self) -> None:
        self.fields["division"] = VillageField(self.request)


def _members(household: Any, without: Any = None) -> list[tuple[str, str]]:
    members = household.memberships.filter(until=None).select_related("person")
    return [(str(one.pk), str(one)) for one in members if without is None or one.pk != without.pk]


class NewMember(UserForm):
    """Somebody comes into the household: new to the registry, or known and moving in."""

    id_number = forms.CharField(label="身份证号", max_length=24)
    name = forms.CharField(label="姓名", max_length=60)
    relation = forms.ChoiceField(label="与户主关系", choices=Relation.choices, initial=Relation.SPOUSE)
    since = day("加入日期")
    phone = forms.CharField(label="联系电话", max_length=30, required=False)
    labour = forms.ChoiceField(label="劳动能力", choices=_BLANK + Labour.choices, required=False)
    monthly_income = MoneyFormField(
        label="登记月收入（元）", required=False, help_text="已登记的居民不改这两项"
    )


class Leave(UserForm):
    on = day("离开日期", help_text="从这一天起不再是本户成员")
    new_head = forms.ChoiceField(label="接任户主", required=False)

    def prepare(self) -> None:
        self.new_head.choices = [
            ("", "（离开的不是户主）"),
            *_members(self.obj.household, self.obj),
        ]

    def clean_new_head(self) -> Membership | None:
        key = self.cleaned_data["new_head"]
        return Membership.objects.get(pk=int(key)) if key else None


class ChangeRelation(UserForm):
    relation = forms.ChoiceField(label="改为", choices=Relation.choices)
    on = day("变更日期")
    old_head_is = forms.ChoiceField(
        label="原户主改为",
        choices=[one for one in Relation.choices if one[0] != Relation.HEAD],
        initial=Relation.OTHER,
        help_text="只在更换户主时用到",
    )


class Death(UserForm):
    on = day("死亡日期", initial=None)
    new_head = forms.ChoiceField(label="接任户主", required=False)

    def prepare(self) -> None:
        membership = self.obj.memberships.filter(until=None).select_related("household").first()
        others = _members(membership.household, membership) if membership else []
        if membership and membership.relation == Relation.HEAD and others:
            self.new_head.choices = [("", "请选择"), *others]
        else:
            del self.fields["new_head"]

    def clean_new_head(self) -> Membership | None:
        key = self.cleaned_data["new_head"]
        return Membership.objects.get(pk=int(key)) if key else None


class NewAccount(UserForm):
    bank = forms.CharField(label="开户银行", max_length=60)
    number = forms.CharField(label="银行账号", max_length=40)
    holder_name = forms.CharField(label="账户户名", max_length=60, required=False, help_text="留空为本人")
    since = day("启用日期")


class NewCertificate(UserForm):
    number = forms.CharField(label="残疾证号", max_length=24, help_text="身份证号加一位类别、一位等级")
    since = day("发证日期")


class InstitutionFacts(UserForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label="名称", max_length=60)
    kind = forms.ChoiceField(label="类别", choices=InstitutionKind.choices)
    address = forms.CharField(label="地址", max_length=200, required=False)
    contact = forms.CharField(label="联系人", max_length=60, required=False)
    phone = forms.CharField(label="联系电话", max_length=30, required=False)
    until = day("停用日期", initial=None, required=False, help_text="停用后不能再选为收款机构；已定的不变")

    field_order = ["version", "code", "name", "kind", "division"]

    def prepare(self) -> None:
        choices = [("", "请选择"), *division_choices(self.request)]
        self.fields["division"] = forms.ChoiceField(label="所在区划", choices=choices)
        self.order_fields(self.field_order)


class NewInstitution(InstitutionFacts):
    version = None  # type: ignore[assignment]
    until = None  # type: ignore[assignment]
    code = forms.CharField(label="统一社会信用代码", max_length=24)
    since = day("启用日期")
    bank = forms.CharField(label="开户银行", max_length=60, required=False)
    number = forms.CharField(label="银行账号", max_length=40, required=False, help_text="也可以以后登记")


class ImportFile(forms.Form):
    file = forms.FileField(
        label="文件",
        help_text="xlsx、xls 或 csv，不超过 50 MB。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )
