"""The page of an entitlement and the verbs on holds and standard changes."""

from typing import Any

from django.urls import reverse, reverse_lazy

from benefits import forms, queries, services, standard_change, words
from benefits.models import ChangeState, Entitlement, Hold, StandardChange, StandardChangeLine
from benefits.replaying import recompute
from core.filters import mask
from core.pages import Action, Confirm, DetailPage, VerbView
from core.templatetags.ui import money_text
from core.trail import changes_of
from district.models import Role
from registry.search import READERS

CRUMBS = [("工作台", "/"), ("待遇名册", reverse_lazy("benefits:entitlements"))]
CHANGE_CRUMBS = [("工作台", "/"), ("调标", reverse_lazy("benefits:standard_changes"))]
HOLDERS = set(services.HOLDERS)


def visible(request: Any) -> Any:
    return Entitlement.objects.visible_to(request.user).select_related(
        "programme", "household", "person", "division__parent", "assessment", "payee", "payee_institution"
    )


class EntitlementPage(DetailPage):
    """What is paid, how it was reckoned, what it was before, whether it is held."""

    template_name = "benefits/entitlement.html"
    place, roles, crumbs = "entitlement", READERS, CRUMBS

    def queryset(self, request: Any) -> Any:
        return visible(request).annotate(held=queries.held_now())

    def get_title(self) -> str:
        return f"{self.object.person} {self.object.programme}"

    def facts(self, request: Any, obj: Entitlement) -> list[Any]:
        township = obj.division.parent.name if obj.division.parent else ""
        return [
            mask(obj.person.id_number),
            f"{township}{obj.division}",
            f"保障 {obj.persons} 人",
            f"每月 {money_text(obj.monthly_amount)} 元",
        ]

    def actions(self, request: Any, obj: Entitlement) -> list[Action]:
        actions = [Action("打印", print=True)]
        over = obj.is_void or (obj.last_month and obj.last_month < queries.this_month())
        if request.user.role in HOLDERS and not over:
            actions.append(Action("暂缓发放", reverse("benefits:hold", args=[obj.pk])))
        return actions

    def data(self, request: Any, obj: Any) -> dict[str, Any]:
        assessment = obj.assessment
        state, tone = queries.state_of(obj, obj.held)
        return {
            "state": state,
            "tone": tone,
            "lines": words.breakdown(assessment.lines, assessment.facts) if assessment else [],
            "total_label": f"月金额（{obj.persons} 人）",
            "again": recompute(assessment) if assessment else None,
            "members": obj.members.select_related("person").order_by("pk"),
            "chain": queries.chain(obj),
            "holds": obj.holds.select_related("placed_by", "lifted_by"),
            "may_hold": request.user.role in HOLDERS,
            "history": changes_of(obj),
        }


class PlaceHold(VerbView):
    title, button = "暂缓发放", "暂缓发放"
    roles, form_class, crumbs = HOLDERS, forms.HoldForm, CRUMBS

    def queryset(self, request: Any) -> Any:
        return visible(request)

    def get_initial(self, request: Any, obj: Any) -> dict[str, Any]:
        return {"first_month": queries.this_month()}

    def confirm(self, request: Any, obj: Entitlement) -> Confirm:
        return Confirm(
            lead=f"将暂缓发放 {obj.person} 的{obj.programme}，每月 {money_text(obj.monthly_amount)} 元。",
            button="暂缓发放",
            undo="解除后，暂缓的各月作为补发发给。已发的月份不受影响。",
        )

    def act(self, request: Any, obj: Entitlement, data: dict[str, Any]) -> str:
        hold: Any = services.place_hold(
            obj, data["first_month"], data["last_month"], data["reason"], request.user
        )
        return f"已暂缓发放 {obj.person} 的{obj.programme}，自 {hold.first_month:%Y-%m} 起。"


class LiftHold(VerbView):
    title, button = "解除暂缓", "解除暂缓"
    roles, form_class, crumbs = HOLDERS, forms.LiftForm, CRUMBS

    def queryset(self, request: Any) -> Any:
        return Hold.objects.visible_to(request.user).select_related(
            "entitlement__person", "entitlement__programme"
        )

    def confirm(self, request: Any, obj: Any) -> Confirm:
        held = obj.entitlement
        return Confirm(
            lead=f"将解除 {held.person} 自 {obj.first_month:%Y-%m} 起的暂缓，原因：{obj.reason}。",
            button="解除暂缓",
            undo="暂缓的各月将在下一批次补发。",
        )

    def act(self, request: Any, obj: Any, data: dict[str, Any]) -> str:
        services.lift_hold(obj, data["reason"], request.user)
        return f"已解除 {obj.entitlement.person} 的暂缓，暂缓的各月将补发。"

    def success_url(self, request: Any, obj: Any) -> str:
        return obj.entitlement.get_absolute_url()

    back_url = success_url


# — 调标 ———————————————————————————————————————————————————


class Propose(VerbView):
    """Reached from the admin with `?standard=`."""

    title, button = "提出调标", "开始测算"
    roles, crumbs = {Role.BUREAU_OFFICER}, CHANGE_CRUMBS
    form_class = forms.ProposeForm
    made: StandardChange

    def get_form(self, request: Any, obj: Any, data: Any = None, files: Any = None) -> Any:
        initial = {"standard": request.GET.get("standard", "")}
        return forms.ProposeForm(data, initial=initial, request=request)

    def act(self, request: Any, obj: Any, data: dict[str, Any]) -> str:
        self.made = standard_change.propose(data["standard"], request.user, data["from_month"])
        return "已开始逐户测算。测算完成并经另一人审批以前，不改变任何待遇。"

    def success_url(self, request: Any, obj: Any) -> str:
        return self.made.get_absolute_url()

    def back_url(self, request: Any, obj: Any) -> str:
        return reverse("benefits:standard_changes")


class ChangeVerb(VerbView):
    roles, form_class, crumbs = {Role.BUREAU_OFFICER, Role.LEADER}, forms.OpinionForm, CHANGE_CRUMBS

    def queryset(self, request: Any) -> Any:
        return StandardChange.objects.visible_to(request.user).select_related(
            "programme", "standard", "made_by"
        )

    def effect(self, obj: Any) -> list[tuple[str, Any]]:
        counts = obj.counts or standard_change.totals(obj.lines.all())
        return [
            ("涉及", f"{counts['entitlements']} 户 {counts['persons']} 人"),
            ("每月", f"{money_text(counts['before'])} 元 → {money_text(counts['after'])} 元"),
            ("每月增加", f"{money_text(counts['month'])} 元"),
            ("全年增加", f"{money_text(counts['year'])} 元"),
            ("提出人", obj.made_by),
        ]


class ApproveChange(ChangeVerb):
    title, button = "批准调标", "批准调标"

    def confirm(self, request: Any, obj: Any) -> Confirm:
        return Confirm(
            lead=f"批准后，{obj.programme}自 {obj.from_month:%Y-%m} 起按 {obj.standard.amount} 元的标准执行。",
            button="批准调标",
            undo="已发放的月份按差额补发；批准后不能撤回，只能另行调整。",
            facts=self.effect(obj),
        )

    def act(self, request: Any, obj: Any, data: dict[str, Any]) -> str:
        standard_change.approve(obj, data["opinion"], request.user)
        return f"已批准{obj}，新的金额自 {obj.from_month:%Y-%m} 起执行。"


class RefuseChange(ChangeVerb):
    title, button = "否决调标", "否决调标"

    def confirm(self, request: Any, obj: Any) -> Confirm:
        verb = "撤回" if request.user.pk == obj.made_by_id else "否决"
        return Confirm(
            lead=f"将{verb}{obj}，所有待遇保持不变。",
            button=f"{verb}调标",
            undo="以后可以重新提出。",
            danger=True,
            facts=self.effect(obj),
        )

    def act(self, request: Any, obj: Any, data: dict[str, Any]) -> str:
        standard_change.refuse(obj, data["opinion"], request.user)
        return f"{obj}没有执行，所有待遇保持不变。"


class ProposeAgain(ChangeVerb):
    title, form_class = "重新测算", None
    roles = {Role.BUREAU_OFFICER}

    def confirm(self, request: Any, obj: Any) -> Confirm:
        return Confirm(
            lead=f"将按现在的待遇重新测算{obj}。",
            button="重新测算",
            undo="人工确定的金额须重新填写；待遇不变。",
        )

    def act(self, request: Any, obj: Any, data: dict[str, Any]) -> str:
        standard_change.propose_again(obj, request.user)
        return "已开始重新测算。"


class DecideLine(VerbView):
    title, button = "确定调后金额", "保存金额"
    roles, form_class, crumbs = {Role.BUREAU_OFFICER}, forms.LineForm, CHANGE_CRUMBS

    def queryset(self, request: Any) -> Any:
        lines = StandardChangeLine.objects.visible_to(request.user).filter(
            entitlement__assessment=None, change__state=ChangeState.PROPOSED
        )
        return lines.select_related("change__standard__programme", "entitlement__person")

    def get_initial(self, request: Any, obj: Any) -> dict[str, Any]:
        return {"amount": obj.after}

    def confirm(self, request: Any, obj: Any) -> Confirm:
        return Confirm(
            lead=f"{obj.entitlement.person}一户由旧台账转入，没有测算事实，现每月 {money_text(obj.before)} 元。",
            button="保存金额",
            undo="调标批准以前可以再改。",
        )

    def act(self, request: Any, obj: Any, data: dict[str, Any]) -> str:
        standard_change.decide_line(obj, data["amount"], data["note"], request.user)
        return f"{obj.entitlement.person}一户调后金额记为 {money_text(data['amount'])} 元。"

    def success_url(self, request: Any, obj: Any) -> str:
        return obj.change.get_absolute_url()

    back_url = success_url
