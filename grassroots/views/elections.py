"""An election's page, and the verbs on its plan, commission, roll, candidates and counts."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from casework.services import today, why_not_edit
from core.audit import log_access
from core.errors import UserError
from core.files import DOCX, respond
from core.models import AccessKind
from core.pages import Action, Confirm, DetailPage, Page, VerbView
from grassroots import ballots, forms, pages, papers, results, services
from grassroots.models import BallotCount, Candidate, Election, Post
from grassroots.views.shared import CLERK, HOME, ROUND, SEEING, OfLine, handling


def shown(user: Any) -> Any:
    return Election.objects.visible_to(user).select_related(
        "division__parent__parent", "round", "committee__division", "opened_by"
    )


class ElectionPage(OfLine, DetailPage):
    """The election: stages, legal dates beside real ones, commission, roll, candidates, counts and their result."""

    template_name, place, roles = "grassroots/election.html", "case", SEEING
    menu_url = "grassroots:round"

    def queryset(self, request: HttpRequest) -> Any:
        return shown(request.user)

    def get_title(self) -> str:
        return self.object.subject

    def get_crumbs(self) -> list[tuple[str, Any]]:
        return [HOME, ROUND]

    def facts(self, request: HttpRequest, obj: Any) -> list[Any]:
        found = [obj.number, obj.division.parent.name, f"投票日 {obj.polling_day:%Y-%m-%d}"]
        found.append(f"应选 {obj.seats_total} 人")
        if obj.voters:
            found.append(f"登记{'选民' if obj.mode == 'voters' else '代表'} {obj.voters} 人")
        return found

    def actions(self, request: HttpRequest, obj: Any) -> list[Action]:
        return [
            Action(title, reverse("grassroots:paper", args=[obj.pk, kind]))
            for kind, title in papers.papers_of(obj)
        ]

    def data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        found = pages.result_rows(obj)
        words, tone = pages.woman_words(obj, [one["result"] for one in found])
        return {
            **handling(obj, request.user),
            "schedule": pages.schedule_rows(obj),
            "results": found,
            "woman": {"words": words, "tone": tone},
            "candidates": pages.candidate_rows(obj),
            "commission": obj.commission.all(),
            "objections": obj.objections.all(),
            "agents": obj.roll.filter(removed_on=None).exclude(agent=None).count(),
            "may": pages.may(obj, request.user),
            "parts": pages.parts_of(obj),
            "women": sum(
                candidate.sex == "F" and candidate.withdrawn_on is None
                for row in pages.candidate_rows(obj)
                for candidate in row["candidates"]
            ),
        }


class ElectionPaper(OfLine, Page):
    """A printed paper of the election as docx, with a trace."""

    roles = SEEING

    def get(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        election = get_object_or_404(shown(request.user), pk=pk)
        title = dict(papers.papers_of(election)).get(kind)
        if title is None:
            raise Http404
        content = papers.paper(election, kind)
        log_access(
            request.user,
            AccessKind.DOWNLOAD,
            f"{election} {title}",
            f"case:{election.pk}",
            request=request,
        )
        return respond(f"{election.subject} {title}.docx", content, DOCX)


class OfElection(OfLine):
    """Verbs on an election: they come back to its page."""

    roles = CLERK

    def queryset(self, request: HttpRequest) -> Any:
        return shown(request.user)

    def election(self) -> Election:
        found = self.object  # type: ignore[attr-defined]
        return found if isinstance(found, Election) else found.election

    def get_crumbs(self) -> list[tuple[str, Any]]:
        one = self.election()
        return [HOME, ROUND, (one.subject, election_url(one))]

    def success_url(self, request: HttpRequest, obj: Any) -> str:
        return election_url(self.election())

    back_url = success_url

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return {"why": why_not_edit(self.election(), request.user), "election": self.election()}


def election_url(election: Election) -> str:
    return reverse("grassroots:election", args=[election.pk])


class Plan(OfElection, VerbView):
    title, button, form_class = "选举方案", "保存选举方案", forms.PlanForm
    template_name = "grassroots/verb.html"

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        names = ("version", "chair_seats", "vice_seats", "member_seats", "mode", "ballot_kind")
        return {name: getattr(obj, name) for name in names}

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        services.set_plan(
            obj,
            request.user,
            seats={str(post): data[f"{post}_seats"] for post in Post.values},
            mode=data["mode"],
            ballot_kind=data["ballot_kind"],
            version=data["version"],
        )
        return f"已保存{obj.division.name}的选举方案。"


class Commission(OfElection, VerbView):
    title, button, form_class = "登记选举委员会", "保存选举委员会", forms.CommissionForm
    template_name = "grassroots/verb.html"

    def get_initial(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        rows = list(obj.commission.filter(left_on=None))
        return {
            "version": obj.version,
            "head": next((one.name for one in rows if one.is_head), ""),
            "members": "、".join(one.name for one in rows if not one.is_head),
        }

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        form = forms.CommissionForm(request.POST)
        form.is_valid()
        services.set_commission(
            obj, request.user, head=data["head"], members=form.names(), version=data["version"]
        )
        return f"已登记{obj.division.name}选举委员会 {len(form.names()) + 1} 人。"


# -- candidates ----------------------------------------------------------------------------------------------


class CandidateAdd(OfElection, VerbView):
    title, button = "登记候选人", "登记候选人"
    template_name = "grassroots/verb.html"

    def get_title(self) -> str:
        return "登记另选他人" if self.object.stage == "poll" else "登记候选人"

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        initial = {"version": obj.version, "post": request.GET.get("post", "")}
        return forms.CandidateForm(data, election=obj, initial=initial)

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        made = services.add_candidate(obj, request.user, **data)
        left = obj.commission.filter(name=made.name).exclude(left_on=None).exists()
        words = f"已登记{made.get_post_display()}候选人 {made.name}。"
        return words + (f"{made.name}退出选举委员会。" if left else "")


class CandidateWithdraw(OfElection, VerbView):
    title, button, form_class = "候选人退出", "退出提名", forms.ReasonForm

    def queryset(self, request: HttpRequest) -> Any:
        return Candidate.objects.visible_to(request.user).select_related("election__division")

    def confirm(self, request: HttpRequest, obj: Any) -> Confirm:
        return Confirm(
            lead=f"{obj.get_post_display()}候选人 {obj.name} 退出。", button="退出提名", danger=True
        )

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        services.withdraw_candidate(obj, request.user, data["reason"])
        return f"{obj.name}已退出提名。"


class CandidateReview(OfElection, VerbView):
    title, button = "登记资格联审结果", "保存联审结果"
    template_name = "grassroots/review.html"

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        initial = {"version": obj.version, "reviewed_on": obj.reviewed_on or today()}
        return forms.CandidateReviewForm(data, election=obj, initial=initial)

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        form = self.get_form(request, obj, request.POST)
        form.is_valid()
        services.review_candidates(
            obj,
            request.user,
            reviewed_on=data["reviewed_on"],
            outcomes=form.outcomes(),
            version=data["version"],
        )
        return f"已登记 {len(form.candidates)} 名候选人的联审结果。"


# -- counting ------------------------------------------------------------------------------------------------


class CountView(OfElection, VerbView):
    """登记计票: the sums are checked and the result is shown before it is entered."""

    title, button = "登记计票", "登记计票"
    template_name = "grassroots/count.html"

    def load(self, request: HttpRequest) -> Any:
        found = self.get_object(request)
        if self.kwargs["post"] not in Post.values or not found.seats[self.kwargs["post"]]:
            raise Http404
        self.result = next(one for one in results.results_of(found) if one.post == self.kwargs["post"])
        self.kind, self.seats, self.candidates = results.next_vote(found, self.result)
        return found

    def get_title(self) -> str:
        return f"{Post(self.kwargs['post']).label}计票"

    def get_form(self, request: HttpRequest, obj: Any, data: Any = None, files: Any = None) -> Any:
        held = obj.polling_day if self.kind == "first" else today()
        return forms.CountForm(
            data, candidates=self.candidates, initial={"version": obj.version, "held_on": held}
        )

    def page_data(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        kinds = dict(BallotCount._meta.get_field("kind").flatchoices)
        return {
            **super().page_data(request, obj),
            "seats": self.seats,
            "kind": kinds.get(self.kind, ""),
            "candidates": self.candidates,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("confirmed") == "1":
            return super().post(request, *args, **kwargs)
        self.object = obj = self.load(request)
        form = self.get_form(request, obj, request.POST)
        if not form.is_valid():
            return self.show(request, obj, form, status=422)
        try:
            answer, tally = ballots.judge(
                obj, self.kwargs["post"], form.cleaned_data["held_on"], form.numbers(), form.votes()
            )
        except UserError as error:
            return self.refused(request, obj, form, error)
        last = answer.results[-1]
        return self.show(request, obj, form, preview={"course": answer, "tally": tally, "result": last})

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        form = self.get_form(request, obj, request.POST)
        form.is_valid()
        made = ballots.record_count(
            obj,
            request.user,
            self.kwargs["post"],
            held_on=data["held_on"],
            numbers=form.numbers(),
            votes=form.votes(),
            version=data["version"],
        )
        return f"已登记{made}的计票。"


class CountVoid(OfElection, VerbView):
    title, button, form_class = "作废计票", "作废计票", forms.ReasonForm

    def queryset(self, request: HttpRequest) -> Any:
        return BallotCount.objects.visible_to(request.user).select_related("election__division")

    def confirm(self, request: HttpRequest, obj: Any) -> Confirm:
        return Confirm(
            lead=f"作废 {obj.election.division.name} {obj} 的计票（收回 {obj.returned} 张）。",
            button="作废计票",
            undo="办理记录里保留原来的数字，可以重新登记。",
            danger=True,
        )

    def act(self, request: HttpRequest, obj: Any, data: dict[str, Any]) -> str:
        label = str(obj)
        ballots.void_count(obj, data["reason"], request.user)
        return f"{label}的计票已作废，请重新登记。"
