"""The export of a long list, made in the background by the same page that shows it, with the same rights."""

from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.module_loading import import_string

from core.audit import log_access
from core.excel import table_workbook
from core.files import XLSX, store
from core.jobs import JobKind, job_kind, start_job
from core.models import AccessKind, Job, JobPart

LIST_EXPORT = "core.list_export"


def start_export(page: Any, request: HttpRequest, rows: int) -> Job:
    """Queue the export of what this list page shows under this address."""
    where = f"{type(page).__module__}.{type(page).__qualname__}"
    params = {
        "page": where,
        "query": request.GET.urlencode(),
        "kwargs": page.kwargs,
        "key": page.get_key(),
        "rows": rows,
    }
    return start_job(LIST_EXPORT, title=f"导出 {page.get_title()}", params=params, user=request.user)


def traced(page: Any, user: Any, rows: int, query: str, request: HttpRequest | None = None) -> None:
    """The trace that every export leaves."""
    log_access(
        user,
        AccessKind.EXPORT,
        target=f"{page.get_title()} {rows} {page.unit}",
        target_key=page.get_key(),
        detail={"query": query[:400], "rows": rows},
        request=request,
    )


@job_kind(LIST_EXPORT, title="导出清单")
class ListExport(JobKind):
    """One part: the workbook. The account's rights are read again when it is made."""

    def parts(self, job: Job) -> list[tuple[str, str]]:
        return [("workbook", "生成工作簿")]

    def run(self, job: Job, part: JobPart, beat: Any) -> dict[str, Any]:
        page = import_string(job.params["page"])()
        page.key = job.params["key"]
        request = HttpRequest()
        request.method, request.GET, request.user = "GET", QueryDict(job.params["query"]), job.started_by
        page.setup(request, **job.params["kwargs"])
        _, queryset = page.filtered(request)
        total = job.params["rows"]
        content, rows = table_workbook(
            page.get_title(), page.table(request, queryset), lambda done: beat(done, max(total, done))
        )
        name = f"{page.get_title()}-{timezone.localdate():%Y%m%d}.xlsx"
        file = store(name, content, XLSX, user=job.started_by, rows=rows)
        traced(page, job.started_by, rows, job.params["query"])
        return {"file": file.pk, "rows": rows}

    def finish(self, job: Job) -> dict[str, Any]:
        return job.parts.get().result
