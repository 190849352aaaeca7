"""Pages that the monthly programmes of 社会救助 have alike: the matrix of figures, the printed file, the review."""

from typing import Any, ClassVar

from django.http import HttpRequest
from django.urls import reverse

from casework import services as casework
from core.audit import log_access
from core.models import AccessKind
from core.pages import DetailPage, VerbView
from district.models import Role
from relief.shared.economy import recognise_rest, record_economy
from relief.shared.forms import EconomyForm
from relief.shared.models import Review


class EditCase(VerbView):
    """Pages that change what the case says, by whoever must act now."""

    roles = {Role.TOWNSHIP_CLERK, Role.TOWNSHIP_LEADER, Role.BUREAU_OFFICER}

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"why": casework.why_not_edit(obj, request.user), "case": obj}

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return obj.get_absolute_url()


class EditEconomy(EditCase):
    """申报 · 核对 · 认定 of income and assets. `whose`: what the message adds to the name."""

    title, button = "填写收入与财产", "保存收入与财产"
    template_name = "relief/shared/economy.html"
    whose: ClassVar[str] = " "

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        return EconomyForm(data, case=obj, initial=self.get_initial(request, obj))

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        form = self.get_form(request, obj, request.POST)
        form.is_valid()
        case = record_economy(
            obj,
            request.user,
            incomes=form.incomes_data(),
            assets=form.assets_data(),
            version=data["version"],
        )
        if request.POST.get("rest"):
            recognise_rest(case, request.user)
        return f"已保存 {obj.subject}{self.whose}的收入与财产。"


class PrintFile(DetailPage):
    """The whole case on paper, as an auditor would accept it; the print leaves a trace."""

    def kind_words(self, case: Any) -> str:
        raise NotImplementedError

    def case_data(self, case: Any) -> dict[str, Any]:
        raise NotImplementedError

    def get_title(self) -> str:
        return f"{self.object.number} {self.object.subject} {self.kind_words(self.object)}案卷"

    def data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        log_access(request.user, AccessKind.PRINT, f"案卷 {obj}", f"case:{obj.pk}", request=request)
        return {**self.case_data(obj), "kind": self.kind_words(obj), "back": obj.get_absolute_url()}


class ReviewOne(VerbView):
    """定期核查 of what is paid; one that finds a change leads to its case. `word`: how the trade calls it."""

    button = "登记核查结果"
    word: ClassVar[str] = "定期核查"
    whose: ClassVar[str] = " "
    list_name: ClassVar[str] = ""

    def review(self, entitlement: Any, actor: Any, **found: Any) -> Review:
        raise NotImplementedError

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"on": casework.today(), "result": "continue"}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> Any:
        names = ("result", "note", "end_reason", "on")
        self.made = self.review(obj, request.user, **{name: data[name] for name in names})
        due = f"，下次核查期限 {self.made.next_due:%Y-%m-%d}" if self.made.next_due else ""
        return f"已登记 {obj.person}{self.whose}的{self.word}{due}。"

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        made = self.made
        return made.case.get_absolute_url() if made.case else reverse(self.list_name)
