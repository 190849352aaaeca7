"""Long work of this room: a recheck, one part a kind of list."""

from datetime import date
from io import BytesIO
from typing import Any

from core.importing import take_lock
from core.jobs import Beat, JobKind, job_kind
from core.models import Job, JobPart, StoredFile
from core.months import parse_month
from rechecks import loading, missing, services
from rechecks.kinds import KINDS, matched
from rechecks.models import Recheck


@job_kind(services.RECHECK, title="回头看")
class RecheckJob(JobKind):
    def parts(self, job: Job) -> list[tuple[str, str]]:
        recheck = Recheck.objects.get(pk=job.params["recheck"])
        return [(kind.code, kind.name) for kind in matched() if recheck.lists.get(kind.code)]

    def run(self, job: Job, part: JobPart, beat: Beat) -> dict[str, Any]:
        beat(0, 1, KINDS[part.key].name)
        # Two rechecks of different months touch the same findings.
        take_lock(f"recheck:{part.key}")
        return services.compare(Recheck.objects.get(pk=job.params["recheck"]), part.key)

    def finish(self, job: Job) -> dict[str, Any]:
        recheck = Recheck.objects.select_for_update().get(pk=job.params["recheck"])
        new = sum(result.get("new", 0) for result in job.parts.values_list("result", flat=True))
        services.finish(recheck, new)
        return {"checked": recheck.checked, "findings": recheck.findings, "new": recheck.new}

    def failed(self, job: Job) -> None:
        Recheck.objects.filter(pk=job.params["recheck"]).update(state="failed")


@job_kind(loading.LOAD, title="载入名单")
class LoadList(JobKind):
    def parts(self, job: Job) -> list[tuple[str, str]]:
        return [("load", "载入")]

    def run(self, job: Job, part: JobPart, beat: Beat) -> dict[str, Any]:
        given = job.params
        file = StoredFile.objects.get(pk=given["file"])
        made = loading.load(
            given["kind"],
            BytesIO(bytes(file.content)),
            file.name,
            date.fromisoformat(given["as_of"]),
            given["source"],
            job.started_by,
            beat,
            file,
        )
        return {"list": made.pk, "rows": made.rows, "loaded": made.loaded, "rejected": made.rejected}


@job_kind(services.FIND_MISSING, title="查找应保未保")
class FindMissing(JobKind):
    def parts(self, job: Job) -> list[tuple[str, str]]:
        return [("find", "全区")]

    def run(self, job: Job, part: JobPart, beat: Beat) -> dict[str, Any]:
        take_lock("rechecks:missing")
        return missing.find(parse_month(job.params["month"]))
