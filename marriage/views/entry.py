"""The application form: both parties side by side, found by their ID numbers, with the checks as they stand."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from casework import services as casework
from core.audit import log_access
from core.errors import UserError
from core.identity import parse_id
from core.models import AccessKind
from core.pages import VerbView
from marriage import periods, rules, services, status
from marriage.forms import SIDE_NAMES, FileForm, entry_from
from marriage.models import Kind, MarriageCase, Party
from marriage.views.common import DESK, FILES, HOME, AtCounter, leave_trace
from registry.models import Person

TITLES = {
    Kind.MARRIAGE: "新建结婚登记",
    Kind.DIVORCE: "新建离婚登记",
    Kind.REISSUE_MARRIAGE: "补领结婚证",
    Kind.REISSUE_DIVORCE: "补领离婚证",
}
MULTIPLE = {"papers"}


def typed(request: HttpRequest, form: FileForm) -> dict[str, Any]:
    """What was typed, as a form's initial values."""
    data = request.POST
    return {name: data.getlist(name) if name in MULTIPLE else data.get(name) for name in form.fields}


def stand(kind: str, values: dict[str, Any], actor: Any) -> list[rules.Check]:
    """The checks on what is typed so far; what can't be checked yet is said instead."""
    if not all(values.get(f"{side}_{name}") for side in SIDE_NAMES for name in ("id_number", "name")):
        return []
    try:
        return services.check_entry(entry_from(kind, {**values, "prior_on": None}), actor)[1]
    except UserError as error:
        return [rules.Check("entry", rules.BLOCK, error.message, "")]


class EntryPage(AtCounter, VerbView):
    """What the new file and the corrected one share."""

    template_name = "marriage/entry.html"

    def kind(self) -> str:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "look" in request.POST:
            self.object = obj = self.load(request)
            return self.looked_up(request, obj)
        return super().post(request, *args, **kwargs)

    def looked_up(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """The form again, filled in with what the registry has under exactly these numbers; nothing typed is lost."""
        blank = FileForm(kind=self.kind(), day=casework.today())
        values = typed(request, blank)
        told = [line for side in SIDE_NAMES if (line := self.fill(request, values, side))]
        form = FileForm(initial=values, kind=self.kind(), day=casework.today())
        return self.show(request, obj, form, told=told, checks=stand(self.kind(), values, request.user))

    def fill(self, request: HttpRequest, values: dict[str, Any], side: str) -> tuple[str, str] | None:
        """Find one party by the whole number. A hit leaves a trace; a number that is wrong or unknown says so."""
        number = (values.get(f"{side}_id_number") or "").strip()
        label = rules.SIDES[rules.MAN if side == "man" else rules.WOMAN]
        if not number:
            return None
        try:
            found = parse_id(number, casework.today())
        except UserError as error:
            return "bad", f"{label}身份证号：{error.message}。"
        values[f"{side}_id_number"] = found.number
        person = Person.objects.filter(id_number=found.number).select_related("division").first()
        if person is None:
            return "info", f"{label}没有登记过，登记申请时建档。"
        log_access(
            request.user,
            AccessKind.VIEW,
            f"婚姻登记按身份证号查找居民 {person.pk}",
            f"person:{person.pk}",
            request=request,
        )
        filled = {"name": person.name, "ethnicity": person.ethnicity, "hukou": place_of(person)}
        for name, value in filled.items():
            values[f"{side}_{name}"] = values.get(f"{side}_{name}") or value
        self.fill_status(values, side, person)
        return "ok", f"{label}已在居民登记中。"

    def fill_status(self, values: dict[str, Any], side: str, person: Person) -> None:
        known = status.statuses([person.pk])[person.pk]
        if known is None:
            return
        if known.state in (rules.SINGLE, rules.DIVORCED, rules.WIDOWED):
            values[f"{side}_before"] = values.get(f"{side}_before") or known.state
        wanted = rules.DIVORCED if self.kind() == Kind.REISSUE_DIVORCE else rules.MARRIED
        if self.kind() != Kind.MARRIAGE and known.state == wanted:
            values["prior_number"] = values.get("prior_number") or known.number

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        data: dict[str, Any] = {"kind": self.kind(), "cools": self.cools(), "editing": obj}
        if request.method == "POST" and "look" not in request.POST:
            values = typed(request, FileForm(kind=self.kind(), day=casework.today()))
            data["checks"] = stand(self.kind(), values, request.user)
        return data

    def cools(self) -> bool:
        return self.kind() == Kind.DIVORCE and periods.cooling_off_applies(casework.today())


def place_of(person: Person) -> str:
    """Where someone is registered, as the form writes it."""
    return person.address or ("" if len(person.division_id) == 6 else person.division.name)


class NewFile(EntryPage):
    """登记申请 of a marriage, divorce or replacement."""

    def kind(self) -> str:
        if self.kwargs["kind"] not in TITLES:
            raise Http404
        return self.kwargs["kind"]

    def get_title(self) -> str:
        return TITLES[Kind(self.kind())]

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, DESK, (self.get_title(), "")]

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> FileForm:
        return FileForm(data, kind=self.kind(), day=casework.today())

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        entry = entry_from(self.kind(), data)
        self.made = services.apply(entry, request.user, refusal=data["insist"])
        if data["insist"]:
            return f"已按不予登记办结 {self.made.number} {self.made.subject}，请打印《不予登记告知书》。"
        return f"已登记申请 {self.made.number} {self.made.subject}，请打印声明书由当事人签名。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("marriage:file", args=[self.made.registration_id])

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("marriage:desk")


class EditFile(EntryPage):
    """更正申请 while it is being looked at."""

    title = "更正申请"

    def queryset(self, request: HttpRequest) -> Any:
        return MarriageCase.objects.visible_to(request.user).select_related("registration__office")

    def get_object(self, request: HttpRequest) -> Any:
        found = self.queryset(request).filter(registration=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        if request.method == "GET":
            leave_trace(request, found.registration)
        return found

    def kind(self) -> str:
        return self.object.registration.kind

    def get_crumbs(self) -> list[tuple[str, Any]]:
        case = self.object
        return [HOME, FILES, (case.number, reverse("marriage:file", args=[case.registration_id]))]

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> FileForm:
        self.object = obj
        return FileForm(data, kind=self.kind(), day=casework.today(), initial=initial_of(obj))

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {**super().page_data(request, obj), "why": casework.why_not_edit(obj, request.user)}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        services.correct_entry(obj, entry_from(self.kind(), data), request.user, data["version"])
        return f"已更正 {obj.number} 的申请。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return reverse("marriage:file", args=[obj.registration_id])

    back_url = success_url


def initial_of(case: MarriageCase) -> dict[str, Any]:
    """The file as its form shows it."""
    file = case.registration
    names = ("papers", "both_present", "voluntary", "unrelated", "capable", "agreement", "prior_number")
    found: dict[str, Any] = {
        name: getattr(file, name) for name in (*names, "prior_on", "prior_office", "loss")
    }
    found |= {"note": file.note, "version": case.version}
    for side, party in zip(SIDE_NAMES, file.both, strict=True):
        found |= _party_values(side, party)
    return found


def _party_values(side: str, party: Party) -> dict[str, Any]:
    names = ("id_number", "name", "nationality", "ethnicity", "hukou", "hukou_local", "before")
    return {f"{side}_{name}": getattr(party, name) for name in names}
