"""The components of every page: one tag each, so that a thing looks the same wherever it stands. See docs/ui.md."""

from datetime import datetime
from decimal import Decimal

from django import template
from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe

from core import places, tones
from core.charts import line_chart
from core.filters import mask
from core.models import JobState
from core.months import format_month

register = template.Library()
WEEKDAYS = "一二三四五六日"
MENU_COUNT_SECONDS = 15

tones.register({JobState.QUEUED: "end", JobState.RUNNING: "go", JobState.DONE: "ok", JobState.FAILED: "bad"})


# -- words and numbers ------------------------------------------------------------------------------------


def money_text(amount, places_after: int = 2) -> str:
    """`1,286.50`, minus as −; `—` for None."""
    if amount is None or amount == "":
        return "—"
    amount = Decimal(str(amount))
    return f"{amount:,.{places_after}f}".replace("-", "−")


@register.simple_tag(name="money")
def money(amount, sign: bool = False):
    """Yuan with two places; zero grey, unknown `—`. `sign=True` writes + before a rise."""
    text = money_text(amount)
    if text == "—":
        return mark_safe('<span class="unknown">—</span>')
    value = Decimal(str(amount))
    if value == 0:
        return format_html('<span class="zero">{}</span>', text)
    return f"+{text}" if sign and value > 0 else text


@register.filter(name="money")
def money_filter(amount):
    """As a filter, where only text may stand."""
    return money_text(amount)


@register.filter
def number(value):
    """`1,284`; zero grey, unknown `—`."""
    if value is None or value == "":
        return mark_safe('<span class="unknown">—</span>')
    text = f"{value:,}".replace("-", "−")
    return format_html('<span class="zero">{}</span>', text) if value == 0 else text


@register.filter
def figure(value):
    """A room's figure: a count as `1,284`, money that came as text as `1,284.00`."""
    return money_text(value) if isinstance(value, str) else number(value)


@register.filter
def or_dash(value):
    """The value, or `—` when nothing is known."""
    return mark_safe('<span class="unknown">—</span>') if value in (None, "") else value


@register.filter
def month(value):
    """`2020-12`; `—` for None."""
    return format_month(value) or "—"


@register.filter
def month_words(value):
    """`2020年12月`."""
    return f"{value.year}年{value.month}月" if value else "—"


@register.filter
def day(value):
    """`12-10` inside the current year, else `2019-12-10`; a moment gets its time."""
    if not value:
        return "—"
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
        short = "%m-%d %H:%M" if value.year == timezone.localdate().year else "%Y-%m-%d %H:%M"
        return value.strftime(short)
    return value.strftime("%m-%d" if value.year == timezone.localdate().year else "%Y-%m-%d")


@register.filter
def day_full(value):
    """`2020-12-10`; `—` for None."""
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
    return value.strftime("%Y-%m-%d") if value else "—"


@register.filter
def day_words(value):
    """`2020年12月10日`."""
    return f"{value.year}年{value.month}月{value.day}日" if value else "—"


@register.filter
def working_days_left(days):
    """Working days left → 剩 3 日, 今日, 逾期 2 日."""
    if days is None:
        return ""
    return "今日" if days == 0 else f"剩 {days} 日" if days > 0 else f"逾期 {-days} 日"


@register.filter
def days_tone(days):
    return "end" if days is None else "bad" if days < 0 else "warn" if days == 0 else "end"


@register.filter
def idnum(value):
    """A masked ID, account or phone number, without a way to reveal it (lists)."""
    return format_html('<span class="idnum">{}</span>', mask(value)) if value else "—"


@register.simple_tag
def tag(state, field: str = "", tone: str = ""):
    """A status tag: `{% tag case "state" %}`, `{% tag State.DRAFT %}`, or words: `{% tag "逾期 2 日" tone="bad" %}`."""
    if field:
        value, label = getattr(state, field), getattr(state, f"get_{field}_display")()
    else:
        value, label = getattr(state, "value", state), getattr(state, "label", state)
    if value in (None, ""):
        return ""
    return format_html('<span class="tag tag-{}">{}</span>', tone or tones.tone_of(value, label), label)


# -- frame -------------------------------------------------------------------------------------------------


@register.simple_tag
def bureau() -> str:
    """The bureau's name in the top bar."""
    return getattr(settings, "BUREAU_NAME", "大祥区民政业务系统")


@register.simple_tag
def today_words() -> str:
    today = timezone.localdate()
    return f"{today.year}年{today.month}月{today.day}日 星期{WEEKDAYS[today.weekday()]}"


def _menu_count(item, user) -> tuple[int | None, bool]:
    if item.count is None:
        return None, False
    key = f"menu:{user.pk}:{item.url_name}:{item.order}"
    found = cache.get(key)
    if found is None:
        count = item.count(user)
        found = (count, bool(count and item.urgent and item.urgent(user)))
        cache.set(key, found, MENU_COUNT_SECONDS)
    return found


@register.inclusion_tag("components/menu.html", takes_context=True)
def menu(context):
    """The left menu of the signed-in user; the item whose address is the longest beginning of this one is current."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"groups": []}
    groups, best = [], ""
    for title, items in places.menu.for_user(user):
        lines = []
        for item in items:
            url = reverse(item.url_name, kwargs=item.kwargs or None)
            count, urgent = _menu_count(item, user)
            lines.append({"label": item.label, "url": url, "count": count, "urgent": urgent})
            if request.path.startswith(url) and (url != "/" or request.path == "/") and len(url) > len(best):
                best = url
        groups.append({"title": title, "items": lines})
    # A page names its place by address or by URL name.
    place = str(context.get("menu_url") or "")
    return {"groups": groups, "current": (place if place.startswith("/") else url_or_none(place)) or best}


@register.simple_tag
def url_or_none(name, *args, **kwargs):
    """The address of a page that may not be mounted; empty when it isn't."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def query(context, **changes):
    """This page's address with some parameters changed: `{% query page=2 %}`, `{% query sort=None %}`."""
    params = context["request"].GET.copy()
    for key, value in changes.items():
        params.pop(key, None)
        if value not in (None, ""):
            params[key] = value
    text = params.urlencode()
    return f"?{text}" if text else context["request"].path


# -- components --------------------------------------------------------------------------------------------


@register.inclusion_tag("components/masked.html")
def masked(key, pk, value, prefix=""):
    """A masked number with 查看, which asks why: `{% masked "person.id_number" person.pk person.id_number %}`."""
    return {"key": key, "pk": pk, "mask": mask(value), "value": value, "prefix": prefix}


@register.inclusion_tag("components/stages.html")
def stages(steps):
    """The stage line. `steps`: dicts or objects with name, state (done now later stopped), who, note, due, late."""
    return {"steps": steps}


@register.inclusion_tag("components/timeline.html")
def timeline(events):
    """Newest first. `events`: at, who, role, act, words, changes [(label, before, after)]."""
    return {"events": events}


@register.inclusion_tag("components/stats.html")
def stat_strip(stats):
    """≤ 6 `places.Stat` (or dicts) side by side."""
    return {"stats": stats}


@register.inclusion_tag("components/breakdown.html")
def breakdown(lines, total, total_label="合计", note=""):
    """项目 · 算式 · 法定依据 · 金额. `lines`: name, formula, basis, amount."""
    return {"lines": lines, "total": total, "total_label": total_label, "note": note}


@register.inclusion_tag("components/form_row.html")
def form_row(field, label="", help="", wide=False):
    """One field: label, control, help, error in words. Ties errors and help to the control for screen readers."""
    widget = field.field.widget
    described = [f"{field.auto_id}-help"] if (help or field.help_text) else []
    described += [f"{field.auto_id}-error"] if field.errors else []
    attrs = {"aria-describedby": " ".join(described)} if described else {}
    if field.errors:
        attrs["aria-invalid"] = "true"
    kind = getattr(widget, "input_type", "")
    if wide:
        attrs["class"] = f"{widget.attrs.get('class', '')} wide".strip()
    group = widget.__class__.__name__ in {"RadioSelect", "CheckboxSelectMultiple"}
    return {
        "field": field,
        "control": field.as_widget(attrs=attrs),
        "label": label or field.label,
        "help": help or field.help_text,
        "group": group,
        "check": kind == "checkbox" and not group,
    }


@register.inclusion_tag("components/form_errors.html")
def form_errors(*forms):
    """The summary above a form: how many places, each a link to its field. Takes several forms and formsets."""
    lines = []
    for form in forms:
        members = getattr(form, "forms", None)
        if members is not None:
            lines += [("", "", error) for error in form.non_form_errors()]
        for member in members if members is not None else [form]:
            for name, errors in member.errors.items() if member is not None else ():
                field = member[name] if name in member.fields else None
                label = field.label if field else ""
                anchor = field.id_for_label or field.auto_id if field else ""
                lines += [(anchor, label, error) for error in errors]
    return {"lines": lines}


@register.inclusion_tag("components/empty.html")
def empty(title, why="", url="", link="", url2="", link2=""):
    """Why nothing stands here, and the way out."""
    return {"title": title, "why": why, "url": url, "link": link, "url2": url2, "link2": link2}


@register.simple_tag
def bar(value, total, tone=""):
    """A bar beside a figure (never instead of it)."""
    return format_html(
        '<progress class="short {}" value="{}" max="{}" aria-hidden="true"></progress>',
        tone,
        value,
        total or 1,
    )


@register.inclusion_tag("components/chart.html")
def chart(points, label="", first="", second=""):
    """A line chart of `[(label, value[, value2]), …]`; `first`, `second` name the lines at their end."""
    drawn = line_chart(points)
    for line, name in zip(drawn["lines"], (first, second), strict=False):
        line["name"] = name
    return {**drawn, "label": label}


@register.filter
def chart_number(value):
    """An axis number: large ones in 万."""
    value = Decimal(value)
    if value >= 10_000:
        return f"{value / 10_000:,.4f}".rstrip("0").rstrip(".") + "万"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


@register.inclusion_tag("components/job.html", takes_context=True)
def job_progress(context, job):
    """Progress of a `core.Job`, refreshed every two seconds while it runs."""
    return job_context(job, context["request"].user)


def job_context(job, user) -> dict:
    """What the progress panel shows: parts done of all, what runs now, rows done of all, and the owner's file."""
    parts = list(job.parts.all())
    return {
        "job": job,
        "parts": parts,
        "done": sum(part.state == JobState.DONE for part in parts),
        "total": len(parts),
        "running": [part for part in parts if part.state == JobState.RUNNING],
        "failed": [part for part in parts if part.state == JobState.FAILED],
        "open": job.state in {JobState.QUEUED, JobState.RUNNING},
        "file": job.state == JobState.DONE and job.started_by_id == user.pk and job.result.get("file"),
    }


@register.simple_tag(takes_context=True)
def panel(context, place_panel, obj):
    """One panel of `places.panels`, rendered by the room that registered it."""
    request = context["request"]
    result = place_panel.render(request, obj)
    if result is None:
        return ""
    if isinstance(result, tuple):
        name, values = result
        return render_to_string(name, {"panel": place_panel, "object": obj, **values}, request=request)
    return conditional_escape(result)


@register.simple_tag(takes_context=True)
def panels_at(context, place, side=None):
    """The panels of a place for this user: `{% panels_at "person" as blocks %}`; `side=True/False` picks a column."""
    found = places.panels.at(place, context["request"].user)
    return found if side is None else [one for one in found if one.side == side]


@register.simple_tag(takes_context=True)
def panel_count(context, place_panel, obj):
    return place_panel.count(context["request"], obj) if place_panel.count else None
