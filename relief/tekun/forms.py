"""Forms of 特困: the application, its facts with the supporters, the care grading, change and review."""

from decimal import Decimal
from typing import Any

from django import forms

from benefits.models import EndReason
from casework.services import today
from core.filters import DayInput, MoneyFormField, MonthFormField
from core.months import age_in_month, month_of
from district.models import AreaKind
from registry.models import DisabilityKind, Institution, Person
from relief.shared.forms import GradeField, count_or_money
from relief.shared.models import AssetKind, ChangeKind, IncomeKind, ReviewResult
from relief.tekun.facts import area_kind_of, certificate_of
from relief.tekun.models import END_REASONS, Ability, Kin, Placement, TekunApplication
from relief.tekun.services import FACTS, SUPPORTER

PENSION_AGE = 60
YES_NO = [("yes", "能"), ("no", "不能")]


class InstitutionField(forms.ModelChoiceField):
    """A home that the account may see and that has not closed."""

    def __init__(self, **kwargs):
        super().__init__(
            Institution.objects.none(),
            label="供养机构",
            required=False,
            empty_label="（分散供养不选）",
            help_text="集中供养的，基本生活和照料护理的款项都付给机构。",
            **kwargs,
        )

    def offer(self, user: Any) -> None:
        self.queryset = Institution.objects.visible_to(user).filter(until=None)


class SupportersMixin:
    """Rows of statutory supporters in one form: those of the case, and blank ones."""

    fields: dict[str, forms.Field]
    BLANKS = 3

    def add_supporters(self, rows: list[Any]) -> None:
        self.supporter_rows = [(f"s{one.pk}", one) for one in rows]
        self.supporter_rows += [(f"new{place}", None) for place in range(self.BLANKS)]
        for place, (key, one) in enumerate(self.supporter_rows, 1):
            words = f"第 {place} 名义务人"
            made: dict[str, forms.Field] = {
                "name": forms.CharField(label=f"{words} 姓名", max_length=60, required=False),
                "kin": forms.ChoiceField(
                    label=f"{words} 关系", choices=[("", "—"), *Kin.choices], required=False
                ),
                "income": MoneyFormField(label=f"{words} 月收入", required=False),
                "capable": forms.BooleanField(label=f"{words} 有履行义务能力", required=False),
                "note": forms.CharField(label=f"{words} 认定情况", max_length=200, required=False),
            }
            sizes = {"name": "8", "income": "8", "note": "22"}
            for name, field in made.items():
                if name != "capable":
                    money = " money" if name == "income" else ""
                    field.widget.attrs.update({"class": f"control{money}", "size": sizes.get(name, "")})
                field.widget.attrs["aria-label"] = field.label
                field.initial = getattr(one, name) if one else None
                self.fields[f"{key}-{name}"] = field

    def supporter_cells(self) -> list[list[Any]]:
        return [[self[f"{key}-{name}"] for name in SUPPORTER] for key, _ in self.supporter_rows]  # type: ignore[index]

    def check_supporters(self, data: dict[str, Any]) -> None:
        """A row that has anything needs name and relation; who is not able needs a reason."""
        for key, _ in self.supporter_rows:
            row = {name: data.get(f"{key}-{name}") for name in SUPPORTER}
            if not any(row.values()):
                continue
            if not row["name"]:
                self.add_error(f"{key}-name", "请填写义务人的姓名。")  # type: ignore[attr-defined]
            if not row["kin"]:
                self.add_error(f"{key}-kin", "请选择与本人的关系。")  # type: ignore[attr-defined]
            if not row["capable"] and not row["note"]:
                self.add_error(f"{key}-note", "没有履行义务能力的，请写明原因。")  # type: ignore[attr-defined]

    def supporters(self) -> list[dict[str, Any]]:
        """The rows as the service takes them; a known row that was emptied is taken out."""
        found: list[dict[str, Any]] = []
        data = self.cleaned_data  # type: ignore[attr-defined]
        for key, one in self.supporter_rows:
            row = {name: data[f"{key}-{name}"] for name in SUPPORTER}
            if row["name"]:
                found.append({**row, **({"pk": one.pk} if one else {})})
            elif one:
                found.append({"pk": one.pk, "remove": True})
        return found


class FactsForm(SupportersMixin, forms.Form):
    """The case's own facts and who would have to support the person."""

    reason = forms.CharField(label="申请理由", max_length=500, widget=forms.Textarea({"rows": 2}))
    area_kind = forms.ChoiceField(
        label="城乡", choices=AreaKind.choices, help_text="决定用哪一个低保标准作基数。"
    )
    proxy_name = forms.CharField(
        label="代理人",
        max_length=60,
        required=False,
        help_text="本人申请的不填；未成年人必须由监护人代为申请。",
    )
    proxy_relation = forms.CharField(label="代理人与本人关系", max_length=40, required=False)
    proxy_phone = forms.CharField(label="代理人电话", max_length=30, required=False)
    authorised = forms.BooleanField(label="已签核对授权书", required=False)
    disability_kind = forms.ChoiceField(
        label="残疾类别", choices=[("", "无"), *DisabilityKind.choices], required=False
    )
    disability_grade = GradeField(label="残疾等级")
    in_education = forms.BooleanField(label="在接受义务教育或中等教育", required=False)
    placement = forms.ChoiceField(label="供养方式", choices=Placement.choices, widget=forms.RadioSelect)
    institution = InstitutionField()
    insurer = forms.CharField(label="照料护理保险承保公司", max_length=60, required=False)
    premium = MoneyFormField(label="照料护理保险费（元/年）", required=False)
    no_supporter = forms.BooleanField(label="没有法定赡养、抚养、扶养义务人", required=False)
    staff_relative = forms.CharField(
        label="近亲属备案",
        max_length=200,
        required=False,
        help_text="是经办人员或村（居）干部近亲属的，写明姓名和关系。",
    )
    FIELD_NAMES = [name for name in FACTS if name != "is_hard"]

    def __init__(self, *args, user: Any, supporters: list[Any], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["institution"].offer(user)  # type: ignore[attr-defined]
        self.add_supporters(supporters)

    def person_fields(self) -> list[Any]:
        names = ("reason", "proxy_name", "proxy_relation", "proxy_phone", "authorised", "staff_relative")
        return [self[name] for name in names]

    def care_fields(self) -> list[Any]:
        names = (
            "area_kind",
            "disability_kind",
            "disability_grade",
            "in_education",
            "placement",
            "institution",
            "insurer",
            "premium",
        )
        return [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.check_supporters(data)
        if data.get("placement") == Placement.INSTITUTION and not data.get("institution"):
            self.add_error("institution", "集中供养的，请选择供养机构。")
        if data.get("placement") == Placement.DISPERSED:
            data["institution"] = None
        if bool(data.get("disability_kind")) != bool(data.get("disability_grade")):
            self.add_error("disability_grade", "残疾类别和等级要一起填。")
        if data.get("proxy_name") and not data.get("proxy_relation"):
            self.add_error("proxy_relation", "请填写代理人与本人的关系。")
        named = any(data.get(f"{key}-name") for key, _ in self.supporter_rows)
        if named and data.get("no_supporter"):
            self.add_error("no_supporter", "已列出法定义务人，请不要勾选“没有法定义务人”。")
        return data

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.FIELD_NAMES}


class ApplicationForm(FactsForm):
    """新建特困申请: the facts, with what the person declares of income and assets."""

    def __init__(self, *args, person: Person, user: Any, **kwargs):
        super().__init__(*args, user=user, supporters=[], **kwargs)
        card = certificate_of(person, today())
        first = {
            "area_kind": area_kind_of(person),
            "placement": Placement.DISPERSED,
            "disability_kind": card.kind if card else "",
            "disability_grade": card.grade if card else None,
        }
        for name, value in first.items():
            self.fields[name].initial = value
        # What the registry knows as income is a pension where the person is old enough.
        old = age_in_month(person.birth_date, month_of(today())) >= PENSION_AGE
        usual = IncomeKind.PENSION if old else IncomeKind.WAGES
        for kind in IncomeKind:
            field = MoneyFormField(label=f"{kind.label}（元/月）")
            field.initial = (person.monthly_income if kind == usual else 0) or 0
            self.fields[f"income-{kind.value}"] = field
        for asset in AssetKind:
            self.fields[f"asset-{asset.value}"] = count_or_money(asset.value, asset.label)
            self.fields[f"asset-{asset.value}"].initial = 0

    def money_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith(("income-", "asset-"))]

    def incomes(self) -> dict[str, Decimal]:
        """What was declared; wages always, so that a zero can be verified."""
        found = {kind.value: self.cleaned_data[f"income-{kind.value}"] for kind in IncomeKind}
        return {kind: amount for kind, amount in found.items() if amount or kind == IncomeKind.WAGES}

    def assets(self) -> dict[str, Decimal]:
        return {kind.value: Decimal(self.cleaned_data[f"asset-{kind.value}"]) for kind in AssetKind}


class CorrectForm(FactsForm):
    """Correct what the case says."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    is_hard = forms.BooleanField(label="疑难", required=False)
    FIELD_NAMES = list(FACTS)

    def __init__(self, *args, case: TekunApplication, user: Any, **kwargs):
        super().__init__(*args, user=user, supporters=list(case.supporters.all()), **kwargs)
        for name in FACTS:
            self.fields[name].initial = getattr(case, name)
        self.fields["reason"].required = not case.is_change


class GradeForm(forms.Form):
    """自理能力评估: of each of the six abilities whether it is there, by whom and when."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    graded_on = forms.DateField(label="评估日期", widget=DayInput)
    grader = forms.CharField(label="评估人一", max_length=40)
    second_grader = forms.CharField(label="评估人二", max_length=40)
    note = forms.CharField(label="说明", max_length=300, required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for one in Ability:
            self.fields[one.value] = forms.ChoiceField(
                label=f"自主{one.label}", choices=YES_NO, widget=forms.RadioSelect
            )
        self.order_fields(["version", "graded_on", "grader", "second_grader", *Ability.values, "note"])

    def abilities(self) -> dict[str, bool]:
        return {name: self.cleaned_data[name] == "yes" for name in Ability.values}


class ChangeForm(forms.Form):
    """变更或停止: from when, why; on death the day and who takes the funeral payment."""

    kind = forms.ChoiceField(label="办理类型", choices=ChangeKind.choices, widget=forms.RadioSelect)
    from_month = MonthFormField(
        label="执行月份",
        help_text="变更：新情况的第一个月；停止：不再发放的第一个月。死亡的按死亡日期，不用填。",
        required=False,
    )
    reason = forms.CharField(label="变更情况", max_length=500, widget=forms.Textarea({"rows": 2}))
    placement = forms.ChoiceField(
        label="供养方式", choices=[("", "不变"), *Placement.choices], required=False
    )
    institution = InstitutionField()
    end_reason = forms.ChoiceField(
        label="停止原因", choices=[("", "（变更不填）"), *END_REASONS], required=False
    )
    end_note = forms.CharField(
        label="停止说明", max_length=500, required=False, help_text="原因选“其他”时必须写明。"
    )
    death_date = forms.DateField(
        label="死亡日期", widget=DayInput, required=False, help_text="死亡当月照发，同时批准丧葬补助。"
    )
    funeral_payee = forms.CharField(
        label="丧葬费领款人身份证号",
        max_length=18,
        required=False,
        help_text="办理丧事的人，须已登记为居民；不填的付给供养机构或本人账户。",
    )

    def __init__(self, *args, user: Any, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["institution"].offer(user)  # type: ignore[attr-defined]

    def clean_funeral_payee(self) -> Person | None:
        number = self.cleaned_data["funeral_payee"].strip().upper()
        if not number:
            return None
        found = Person.objects.filter(id_number=number).first()
        if found is None:
            raise forms.ValidationError("登记册中没有这个身份证号，请先登记领款人。")
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == ChangeKind.END:
            self._check_ending(data)
        elif not data.get("from_month"):
            self.add_error("from_month", "请填写执行月份。")
        if data.get("placement") == Placement.INSTITUTION and not data.get("institution"):
            self.add_error("institution", "集中供养的，请选择供养机构。")
        return data

    def _check_ending(self, data: dict[str, Any]) -> None:
        if not data.get("end_reason"):
            self.add_error("end_reason", "请选择停止原因。")
        if data.get("end_reason") == EndReason.OTHER and not data.get("end_note"):
            self.add_error("end_note", "停止原因选“其他”时，请写明情况。")
        if data.get("end_reason") == EndReason.DEATH:
            if not data.get("death_date") and "death_date" not in self.errors:
                self.add_error("death_date", "请填写死亡日期。")
        elif not data.get("from_month"):
            self.add_error("from_month", "请填写执行月份。")


class ReviewForm(forms.Form):
    """年度核查 of one person."""

    on = forms.DateField(label="核查日期", widget=DayInput)
    result = forms.ChoiceField(label="结果", choices=ReviewResult.choices, widget=forms.RadioSelect)
    note = forms.CharField(label="核查情况", max_length=500, widget=forms.Textarea({"rows": 3}))
    end_reason = forms.ChoiceField(
        label="停止原因",
        choices=[("", "（转停发时填）"), *[one for one in END_REASONS if one[0] != EndReason.DEATH]],
        required=False,
        help_text="死亡的请在“变更或停止”里办理。",
    )

    def clean_on(self):
        if self.cleaned_data["on"] > today():
            raise forms.ValidationError("核查日期不能晚于今天。")
        return self.cleaned_data["on"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("result") == ReviewResult.END and not data.get("end_reason"):
            self.add_error("end_reason", "请选择停止原因。")
        return data
