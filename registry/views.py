"""The pages of a person and a household, and the verbs that keep them."""

from typing import Any

from django.urls import reverse, reverse_lazy
from django.utils import timezone

from core.filters import mask
from core.pages import Action, Confirm, DetailPage, VerbView
from core.trail import changes_of
from registry import forms, services
from registry.models import Household, Membership, Person, Relation
from registry.search import READERS

EDITORS = set(services.EDITORS)
TO_PERSONS: list[tuple[str, Any]] = [("工作台", "/"), ("居民", reverse_lazy("registry:persons"))]
TO_HOUSEHOLDS: list[tuple[str, Any]] = [("工作台", "/"), ("家庭", reverse_lazy("registry:households"))]
SHOWN_CHANGES = 12


def age_of(person: Person) -> int:
    """Completed years today, or at death."""
    day = person.death_date or timezone.localdate()
    birth = person.birth_date
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def person_history(person: Person) -> list[dict[str, Any]]:
    """Everything that was changed about a person: facts, memberships, accounts, certificates; newest first."""
    events = changes_of(person)
    for words, rows in (
        ("家庭成员", person.memberships.select_related("household")),
        ("一卡通账户", person.accounts.all()),
        ("残疾证", person.certificates.all()),
    ):
        for row in rows:
            events += [{**event, "act": f"变更{words}"} for event in changes_of(row)]
    return sorted(events, key=lambda event: event["at"], reverse=True)


class PersonPage(DetailPage):
    """Everything about a person; upper rooms add what they know as panels at the place `person`."""

    template_name = "registry/person.html"
    place, roles, crumbs = "person", READERS, TO_PERSONS

    def queryset(self, request: Any) -> Any:
        return Person.objects.visible_to(request.user).select_related("division__parent")

    def facts(self, request: Any, obj: Person) -> list[Any]:
        township = obj.division.parent.name if obj.division.parent else ""
        return [
            mask(obj.id_number),
            f"{township}{obj.division.name}",
            f"{obj.get_sex_display()}，{age_of(obj)} 岁",
        ]

    def actions(self, request: Any, obj: Person) -> list[Action]:
        printing = Action("打印档案", print=True)
        if not services.may_edit(request.user):
            return [printing]
        verbs = [Action("更正信息", reverse("registry:person_correct", args=[obj.pk]))]
        if not obj.death_date:
            verbs += [
                Action("更换账户", reverse("registry:account_new", args=[obj.pk])),
                Action("登记残疾证", reverse("registry:certificate_new", args=[obj.pk])),
                Action("登记死亡", reverse("registry:death", args=[obj.pk]), danger=True),
            ]
        return [printing, *verbs]

    def data(self, request: Any, obj: Person) -> dict[str, Any]:
        memberships = list(obj.memberships.select_related("household").order_by("-since", "-pk"))
        now = next((one for one in memberships if one.until is None), None)
        history = person_history(obj)
        return {
            "age": age_of(obj),
            "memberships": memberships,
            "now": now,
            "people": _members_now(now.household) if now else [],
            "accounts": obj.accounts.order_by("-since", "-pk"),
            "certificates": obj.certificates.order_by("-since", "-pk"),
            "history": history if request.GET.get("history") == "all" else history[:SHOWN_CHANGES],
            "history_count": len(history),
        }


def _members_now(household: Household) -> list[Membership]:
    """Current members, head first."""
    members = household.memberships.filter(until=None).select_related("person")
    return sorted(members, key=lambda one: (one.relation != Relation.HEAD, one.person.birth_date))


class HouseholdPage(DetailPage):
    """A household: who is in it and who was, its accounts, what upper rooms know (place `household`)."""

    template_name = "registry/household.html"
    place, roles, crumbs = "household", READERS, TO_HOUSEHOLDS

    def queryset(self, request: Any) -> Any:
        return Household.objects.visible_to(request.user).select_related("division__parent")

    def get_title(self) -> str:
        return f"户 {self.object.number}" if self.object else "家庭"

    def facts(self, request: Any, obj: Household) -> list[Any]:
        township = obj.division.parent.name if obj.division.parent else ""
        count = obj.memberships.filter(until=None).count()
        return [f"{township}{obj.division.name}", f"现 {count} 人", *(["已销户"] if obj.until else [])]

    def actions(self, request: Any, obj: Household) -> list[Action]:
        if not services.may_edit(request.user) or obj.until:
            return []
        return [
            Action("更正家庭信息", reverse("registry:household_correct", args=[obj.pk])),
            Action("登记新成员", reverse("registry:member_new", args=[obj.pk]), primary=True),
        ]

    def data(self, request: Any, obj: Household) -> dict[str, Any]:
        members = _members_now(obj)
        past = obj.memberships.exclude(until=None).select_related("person").order_by("-until", "-pk")
        for one in members:
            one.age = age_of(one.person)  # type: ignore[attr-defined]
        return {
            "members": members,
            "past": past[:50],
            "income": services.monthly_income_of(obj),
            "history": changes_of(obj)[:SHOWN_CHANGES],
            "may_edit": services.may_edit(request.user),
        }


class RegistryVerb(VerbView):
    """A verb of the registry: its form knows the user and the object."""

    roles = EDITORS
    model: Any = Person
    form_class: Any = None

    def queryset(self, request: Any) -> Any:
        return self.model.objects.visible_to(request.user)

    def get_form(self, request: Any, obj: Any, data: Any = None, files: Any = None) -> Any:
        return self.form_class(data, files, initial=self.get_initial(request, obj), request=request, obj=obj)

    def get_crumbs(self) -> list[tuple[str, str]]:
        trail = TO_HOUSEHOLDS if self.model is Household else TO_PERSONS
        if self.object is None:
            return trail
        return [*trail, (str(self.object), self.back_url(self.request, self.object))]


class CorrectPerson(RegistryVerb):
    title, form_class = "更正居民信息", forms.PersonFacts
    button = "保存更正"

    def get_initial(self, request: Any, obj: Person) -> dict[str, Any]:
        names = [
            name for name in forms.PersonFacts.base_fields if name not in ("reason", "id_number", "phone")
        ]
        return {**{name: getattr(obj, name) for name in names}, "division": obj.division_id}

    def act(self, request: Any, obj: Person, data: dict[str, Any]) -> str:
        version = data.pop("version")
        data["division_id"] = data.pop("division")
        services.correct_person(obj, data, request.user, version)
        return f"已更正 {data.get('name', obj.name)} 的信息，修改前后都已记录。"


class NewHousehold(RegistryVerb):
    title, form_class, model = "登记入户", forms.HouseholdNew, Household
    button = "登记入户"

    def queryset(self, request: Any) -> Any:
        return Household.objects.visible_to(request.user)

    def back_url(self, request: Any, obj: Any) -> str:
        return reverse("registry:households")

    def act(self, request: Any, obj: Any, data: dict[str, Any]) -> str:
        self.created = services.register_household_with_head(data, request.user)
        return f"已登记户 {self.created.number}，户主 {data['name']}。请接着登记其他成员。"

    def success_url(self, request: Any, obj: Any) -> str:
        return self.created.get_absolute_url()


class CorrectHousehold(RegistryVerb):
    title, form_class, model = "更正家庭信息", forms.HouseholdFacts, Household
    button = "保存更正"

    def get_initial(self, request: Any, obj: Household) -> dict[str, Any]:
        names = ("version", "hukou_kind", "address", "note")
        return {**{name: getattr(obj, name) for name in names}, "division": obj.division_id}

    def act(self, request: Any, obj: Household, data: dict[str, Any]) -> str:
        version = data.pop("version")
        data["division_id"] = data.pop("division")
        services.correct_household(obj, data, request.user, version)
        return f"已更正户 {obj.number} 的信息。"


class AddMember(RegistryVerb):
    title, form_class, model = "登记新成员", forms.NewMember, Household
    button = "登记成员"

    def act(self, request: Any, obj: Household, data: dict[str, Any]) -> str:
        facts = {name: data[name] for name in ("phone", "labour", "monthly_income")}
        person = services.find_or_register(
            data["id_number"], data["name"], obj.division_id, request.user, **facts
        )
        services.join(obj, person, data["relation"], data["since"], request.user)
        return f"{person.name} 自 {data['since']:%Y-%m-%d} 起是本户成员。"


class MembershipVerb(RegistryVerb):
    """A verb on a membership; afterwards the household is shown."""

    model = Membership

    def queryset(self, request: Any) -> Any:
        current = Membership.objects.visible_to(request.user).filter(until=None)
        return current.select_related("household__division", "person")

    def success_url(self, request: Any, obj: Membership) -> str:
        return obj.household.get_absolute_url()

    def back_url(self, request: Any, obj: Membership) -> str:
        return obj.household.get_absolute_url()

    def get_crumbs(self) -> list[tuple[str, str]]:
        if self.object is None:
            return TO_HOUSEHOLDS
        home = self.object.household
        return [*TO_HOUSEHOLDS, (f"户 {home.number}", home.get_absolute_url())]


class LeaveHousehold(MembershipVerb):
    title, form_class = "登记成员离开", forms.Leave

    def confirm(self, request: Any, obj: Membership) -> Confirm:
        return Confirm(
            lead=f"{obj} 将离开户 {obj.household.number}。",
            button=f"登记 {obj.person.name} 离开",
            undo="离开后可以重新登记为成员，原来的起止日期都保留。",
            danger=True,
        )

    def act(self, request: Any, obj: Membership, data: dict[str, Any]) -> str:
        services.leave(obj, data["on"], request.user, data["new_head"])
        return f"{obj.person.name} 自 {data['on']:%Y-%m-%d} 起不再是本户成员。"


class ChangeRelation(MembershipVerb):
    title, form_class = "变更与户主关系", forms.ChangeRelation
    button = "变更关系"

    def get_initial(self, request: Any, obj: Membership) -> dict[str, Any]:
        return {"relation": obj.relation}

    def act(self, request: Any, obj: Membership, data: dict[str, Any]) -> str:
        services.change_relation(obj, data["relation"], data["on"], request.user, data["old_head_is"])
        return f"{obj.person.name} 自 {data['on']:%Y-%m-%d} 起为{Relation(data['relation']).label}。"


class RecordDeath(RegistryVerb):
    title, form_class = "登记死亡", forms.Death

    def confirm(self, request: Any, obj: Person) -> Confirm:
        return Confirm(
            lead=f"将登记 {obj.name}（{mask(obj.id_number)}）死亡，次日起不再是家庭成员。",
            button=f"登记 {obj.name} 死亡",
            undo="登记有误时由区局在“更正信息”中改正，前后都有记录。",
            danger=True,
        )

    def act(self, request: Any, obj: Person, data: dict[str, Any]) -> str:
        services.record_death(obj, data["on"], request.user, data.get("new_head"))
        return f"已登记 {obj.name} 于 {data['on']:%Y-%m-%d} 死亡。"


class NewAccount(RegistryVerb):
    title, form_class = "更换一卡通账户", forms.NewAccount
    button = "启用新账户"

    def act(self, request: Any, obj: Person, data: dict[str, Any]) -> str:
        account = services.new_account(
            obj, data["number"], data["bank"], request.user, data["holder_name"], data["since"]
        )
        return f"{obj.name} 自 {account.since:%Y-%m-%d} 起使用 {account.bank} 尾号 {account.number[-4:]} 的账户。"


class NewCertificate(RegistryVerb):
    title, form_class = "登记残疾证", forms.NewCertificate
    button = "登记残疾证"

    def act(self, request: Any, obj: Person, data: dict[str, Any]) -> str:
        one = services.add_certificate(obj, data["number"], request.user, data["since"])
        return f"已登记 {obj.name} 的残疾证：{one.get_kind_display()} {one.grade} 级。"
