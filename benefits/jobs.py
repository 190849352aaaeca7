"""Long work on entitlements."""

from typing import Any

from benefits import standard_change
from benefits.models import StandardChange
from core.jobs import Beat, JobKind, job_kind
from core.models import Job, JobPart


@job_kind(standard_change.JOB, title="调标测算")
class AssessChange(JobKind):
    """Assess a standard change, a township a part."""

    def _change(self, job: Job) -> StandardChange:
        return StandardChange.objects.select_related("standard", "made_by").get(pk=job.params["change"])

    def parts(self, job: Job) -> list[tuple[str, str]]:
        return standard_change.parts(self._change(job))

    def run(self, job: Job, part: JobPart, beat: Beat) -> dict[str, Any]:
        return standard_change.assess_part(self._change(job), part.key, beat)

    def finish(self, job: Job) -> dict[str, Any]:
        return standard_change.finish(self._change(job))

    def failed(self, job: Job) -> None:
        standard_change.job_failed(job)
