"""The admin of cases: read what happened, set how long a stage may take."""

from django import forms
from django.contrib import admin

from casework.models import Case, CaseEvent, Objection, PublicNotice, StageLimit
from casework.workflow import flow_of, flows
from core.admin import ReadOnlyAdmin, RoomAdmin, RoomInline, money_column

SEEING = ("bureau_officer", "auditor", "finance")


def stage_choices() -> list[tuple[str, str]]:
    """Every stage of every flow, and the two whole limits."""
    found = {stage.code: stage.label for flow in flows() for stage in flow.stages if not stage.closes}
    return [("whole", "全程"), ("hard", "全程（疑难）"), *found.items()]


class StageLimitForm(forms.ModelForm):
    flow = forms.ChoiceField(label="事项", choices=lambda: [(one.code, one.name) for one in flows()])
    stage = forms.ChoiceField(label="环节", choices=stage_choices)

    class Meta:
        model = StageLimit
        fields = ("flow", "stage", "days", "counted", "effective_from", "source")


@admin.register(StageLimit)
class StageLimitAdmin(RoomAdmin):
    """A later row takes over on its day; what began before keeps its own limit."""

    form = StageLimitForm
    view_roles = ("auditor",)
    add_roles = change_roles = delete_roles = ("bureau_officer", "sysadmin")
    list_display = ("flow_name", "stage_name", "days", "counted", "effective_from", "source")
    list_filter = ("flow",)

    @admin.display(description="事项")
    def flow_name(self, obj):
        return flow_of(obj.flow).name

    @admin.display(description="环节")
    def stage_name(self, obj):
        return dict(stage_choices()).get(obj.stage, obj.stage)


class EventInline(RoomInline):
    model = CaseEvent
    view_roles = SEEING
    fields = readonly_fields = ("at", "actor", "label", "opinion")
    extra = 0


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    view_roles = SEEING
    list_display = (
        "number",
        "subject",
        "flow_name",
        "division",
        "stage_name",
        "state",
        "due_on",
        "opened_at",
    )
    list_filter = ("flow", "state", "stage")
    list_select_related = ("division",)
    search_fields = ("number", "subject")
    date_hierarchy = "opened_at"
    inlines = (EventInline,)

    @admin.display(description="事项")
    def flow_name(self, obj):
        return flow_of(obj).name

    @admin.display(description="环节")
    def stage_name(self, obj):
        return flow_of(obj).stage(obj.stage).label


@admin.register(PublicNotice)
class PublicNoticeAdmin(ReadOnlyAdmin):
    view_roles = SEEING
    list_display = (
        "head_name",
        "village_name",
        "programme_name",
        "persons",
        money_column("amount", "月保障金（元）"),
        "starts_on",
        "ends_on",
        "cancelled_at",
    )
    list_filter = ("programme_name",)
    search_fields = ("head_name", "village_name")


@admin.register(Objection)
class ObjectionAdmin(ReadOnlyAdmin):
    view_roles = SEEING
    list_display = ("notice", "raised_on", "content", "outcome", "settled_on")
    search_fields = ("content", "notice__head_name")
