"""The admin of 基层政权: rounds, elections, counts and committees to read; members to export."""

from django.contrib import admin

from core.admin import ImportExportRoomAdmin, ReadOnlyAdmin, RoomInline, masked_number
from grassroots.models import (
    BallotCount,
    Candidate,
    CandidateVotes,
    CommitteeMember,
    Election,
    ElectionRound,
    Recall,
    Supervisor,
    TownshipLaunch,
    VillageCommittee,
)
from grassroots.resources import CommitteeMemberResource

SEEING = ("bureau_officer", "auditor")


class OfLine:
    """Nothing for officers of other lines."""

    def has_view_permission(self, request, obj=None):
        allowed = super().has_view_permission(request, obj)
        user = request.user
        return allowed and (user.role != "bureau_officer" or "grassroots" in user.lines)


class LaunchInline(OfLine, RoomInline):
    model = TownshipLaunch
    view_roles = SEEING
    fields = readonly_fields = ("division", "launched_on", "polling_day", "launched_by")


@admin.register(ElectionRound)
class ElectionRoundAdmin(OfLine, ReadOnlyAdmin):
    view_roles = SEEING
    list_display = ("name", "year", "opened_on", "opened_by")
    list_select_related = ("opened_by",)
    inlines = (LaunchInline,)


class CandidateInline(RoomInline):
    model = Candidate
    view_roles = SEEING
    fields = readonly_fields = ("post", "name", "sex", "party_member", "review", "write_in", "withdrawn_on")


@admin.register(Election)
class ElectionAdmin(OfLine, ReadOnlyAdmin):
    view_roles = SEEING
    list_display = ("number", "subject", "division", "stage", "state", "polling_day", "due_on", "voters")
    list_filter = ("round", "flow", "state", "stage", "mode")
    list_select_related = ("division",)
    search_fields = ("number", "subject")
    inlines = (CandidateInline,)


class VotesInline(RoomInline):
    model = CandidateVotes
    view_roles = SEEING
    fields = readonly_fields = ("candidate", "votes")


@admin.register(BallotCount)
class BallotCountAdmin(OfLine, ReadOnlyAdmin):
    view_roles = SEEING
    list_display = ("election", "post", "kind", "held_on", "seats", "handed_out", "returned", "valid", "void")
    list_filter = ("post", "kind")
    list_select_related = ("election",)
    search_fields = ("election__subject", "election__number")
    inlines = (VotesInline,)


@admin.register(VillageCommittee)
class VillageCommitteeAdmin(OfLine, ReadOnlyAdmin):
    view_roles = SEEING
    list_display = ("division", "kind", "credit_code", "certificate_from", "certificate_until")
    list_filter = ("kind",)
    list_select_related = ("division",)
    search_fields = ("division__name", "=credit_code")


@admin.register(CommitteeMember)
class CommitteeMemberAdmin(OfLine, ReadOnlyAdmin, ImportExportRoomAdmin):
    """Members: elected, taken over, left; changed by the pages alone."""

    view_roles = export_roles = SEEING
    list_display = (
        "name", masked_number("id_number", "身份证号"), "committee", "post", "since", "until", "ended_reason",
    )  # fmt: skip
    # Identity numbers stand in full nowhere but in the export, which leaves a trace.
    exclude = ("id_number",)
    readonly_fields = (masked_number("id_number", "身份证号"),)
    list_filter = ("post", "ended_reason")
    list_select_related = ("committee__division",)
    search_fields = ("name", "=id_number", "committee__division__name")
    ordering = ("committee", "post", "pk")
    resource_classes = [CommitteeMemberResource]

    def has_export_permission(self, request):
        return super().has_export_permission(request) and self.has_view_permission(request)


@admin.register(Supervisor)
class SupervisorAdmin(OfLine, ReadOnlyAdmin):
    """监督委员会成员; changed by the pages alone."""

    view_roles = SEEING
    list_display = (
        "name", masked_number("id_number", "身份证号"), "committee", "is_head", "since", "until",
    )  # fmt: skip
    exclude = ("id_number",)
    readonly_fields = (masked_number("id_number", "身份证号"),)
    list_filter = ("is_head",)
    list_select_related = ("committee__division",)
    search_fields = ("name", "=id_number", "committee__division__name")
    ordering = ("committee", "-is_head", "pk")


@admin.register(Recall)
class RecallAdmin(OfLine, ReadOnlyAdmin):
    view_roles = SEEING
    list_display = ("number", "subject", "division", "stage", "voted_on", "passed")
    list_filter = ("passed", "state")
    list_select_related = ("division",)
    search_fields = ("number", "subject")
