"""Forms of the registrar's counter."""

from datetime import date
from typing import Any

from django import forms

from core.filters import DayInput
from marriage import rules
from marriage.models import AnnotationKind, Before, Kind, LossReason
from marriage.services import Entry, PartyEntry

SIDE_NAMES = ("man", "woman")
BEFORE = [("", "请选择"), *((one.value, one.label) for one in Before if one != Before.MARRIED)]


def declarations(kind: str) -> dict[str, str]:
    """What the parties declare for an act of that kind, by the field that keeps it."""
    if Kind(kind).is_reissue:
        return {"voluntary": "申请人签署了补领声明"}
    found = {"both_present": "双方共同亲自到场", "capable": "双方具有完全民事行为能力"}
    if kind == Kind.MARRIAGE:
        return {
            **found,
            "voluntary": "双方完全自愿结婚",
            "unrelated": "双方申明没有直系血亲和三代以内旁系血亲关系",
        }
    return {**found, "voluntary": "双方自愿离婚", "agreement": "已就子女抚养、财产以及债务处理协商一致"}


class FileForm(forms.Form):
    """An application: both parties side by side, what they showed, what they declared. `kind` and `day` decide which
    papers and declarations are asked for."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    prior_number = forms.CharField(max_length=40, required=False)
    prior_on = forms.DateField(label="原登记日期", widget=DayInput, required=False)
    prior_office = forms.CharField(label="原登记机关", max_length=60, required=False)
    loss = forms.ChoiceField(label="补领原因", choices=[("", "请选择"), *LossReason.choices], required=False)
    note = forms.CharField(label="备注", max_length=300, required=False)
    insist = forms.BooleanField(
        label="当事人要求出具《不予登记告知书》，登记后按不予登记办结", required=False
    )

    def __init__(self, *args: Any, kind: str, day: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.kind, self.day = kind, day
        for side in SIDE_NAMES:
            self._add_party(side)
        needed = rules.papers_needed(kind, day)
        self.fields["papers"] = forms.MultipleChoiceField(
            label="已查验证件和材料",
            choices=[(one.code, one.label) for one in needed],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        for name, label in declarations(self.kind).items():
            self.fields[name] = forms.BooleanField(label=label, required=False)
        self.fields["prior_number"].label = (
            "结婚证字号" if kind in (Kind.DIVORCE, Kind.REISSUE_MARRIAGE) else "离婚证字号"
        )
        self.fields["prior_number"].help_text = "本处登记的不用填，查找后自动带出。"
        if not self.reissue:
            del self.fields["loss"]
        if kind == Kind.MARRIAGE:
            for name in ("prior_number", "prior_on", "prior_office"):
                del self.fields[name]

    @property
    def reissue(self) -> bool:
        return Kind(self.kind).is_reissue

    def _add_party(self, side: str) -> None:
        plain = {"autocomplete": "off"}
        fields: dict[str, forms.Field] = {
            "id_number": forms.CharField(
                label="身份证号", max_length=24, widget=forms.TextInput({**plain, "inputmode": "text"})
            ),
            "name": forms.CharField(label="姓名", max_length=60, widget=forms.TextInput(plain)),
            "nationality": forms.CharField(label="国籍", max_length=30, initial=rules.HOME),
            "ethnicity": forms.CharField(label="民族", max_length=20, required=False),
            "hukou": forms.CharField(label="户口所在地", max_length=200, required=False),
            "hukou_local": forms.BooleanField(label="常住户口在本区", required=False),
        }
        if self.kind == Kind.MARRIAGE:
            fields["before"] = forms.ChoiceField(label="婚姻状况", choices=BEFORE)
        for name, made in fields.items():
            if name in ("id_number", "name", "before"):
                made.error_messages["required"] = {
                    "id_number": "请填身份证号。",
                    "name": "请填姓名。",
                    "before": "请选择婚姻状况。",
                }[name]
            self.fields[f"{side}_{name}"] = made

    # --- for the template ---

    def party(self, side: str) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith(f"{side}_")]

    def man_fields(self) -> list[Any]:
        return self.party("man")

    def woman_fields(self) -> list[Any]:
        return self.party("woman")

    def promise_fields(self) -> list[Any]:
        return [self[name] for name in declarations(self.kind)]

    def prior_fields(self) -> list[Any]:
        names = ("prior_number", "prior_on", "prior_office", "loss", "note")
        return [self[name] for name in names if name in self.fields]

    # --- for the service ---

    def entry(self) -> Entry:
        """What the service takes, from cleaned data."""
        return entry_from(self.kind, self.cleaned_data)


def entry_from(kind: str, data: dict[str, Any]) -> Entry:
    """An entry from the form's values, cleaned or as typed."""
    names = ("both_present", "voluntary", "unrelated", "capable", "agreement")
    return Entry(
        kind=kind,
        man=_party(data, "man"),
        woman=_party(data, "woman"),
        papers=list(data.get("papers") or []),
        **{name: bool(data.get(name)) for name in names},
        prior_number=(data.get("prior_number") or "").strip().upper(),
        prior_on=data.get("prior_on") or None,
        prior_office=(data.get("prior_office") or "").strip(),
        loss=data.get("loss") or "",
        note=(data.get("note") or "").strip(),
    )


def _party(data: dict[str, Any], side: str) -> PartyEntry:
    def of(name: str) -> str:
        return (data.get(f"{side}_{name}") or "").strip()

    return PartyEntry(
        name=of("name"),
        id_number=of("id_number"),
        nationality=of("nationality") or rules.HOME,
        ethnicity=of("ethnicity"),
        hukou=of("hukou"),
        hukou_local=bool(data.get(f"{side}_hukou_local")),
        before=of("before"),
    )


class SpoilForm(forms.Form):
    reason = forms.CharField(label="作废原因", max_length=200, help_text="例如：打印错位、卡纸、内页破损。")


class AnnotationForm(forms.Form):
    kind = forms.ChoiceField(label="附注种类", choices=[("", "请选择"), *AnnotationKind.choices])
    on = forms.DateField(label="生效日期", widget=DayInput)
    authority = forms.CharField(label="作出机关", max_length=60, required=False, help_text="法院作出的必填。")
    document = forms.CharField(label="文书字号", max_length=60, required=False)
    text = forms.CharField(label="内容", max_length=500, widget=forms.Textarea({"rows": 3}))


class ReceiptForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    receipt_on = forms.DateField(
        label="受理日期", widget=DayInput, help_text="日期不变也可以重新计算，例如补录了放假安排以后。"
    )
    reason = forms.CharField(label="更正原因", max_length=200)


class CloseForm(forms.Form):
    note = forms.CharField(label="说明", max_length=200, required=False)
