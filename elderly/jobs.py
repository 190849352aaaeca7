"""The line's long work, one part a township: the lists of the month, the bands reached, the proofs missing."""

from casework.services import today
from core.jobs import JobKind, job_kind
from core.models import Job, JobPart
from core.months import month_of, parse_month
from district.models import Division
from elderly import services
from elderly.services.proposing import propose_township, townships

DAILY, PROPOSE = "elderly.daily", "elderly.propose"


class ByTownship(JobKind):
    """Townships of the job's area, or all."""

    def parts(self, job: Job) -> list[tuple[str, str]]:
        return [(one.pk, one.name) for one in townships() if one.pk.startswith(job.area)]


@job_kind(DAILY, title="高龄津贴日常处理")
class Daily(ByTownship):
    """Every morning: lists that are due, endings, amounts of who reached another band, holds of the unproven."""

    def run(self, job: Job, part: JobPart, beat) -> dict:
        township = Division.objects.get(pk=part.key)
        beat(0, 3, part.label)
        proposed = services.catch_up(township)
        beat(1, 3, part.label)
        changed = len(services.apply_crossings(township, month_of(today())))
        beat(2, 3, part.label)
        return {"proposed": proposed, "changed": changed, "held": services.hold_unproven(township.pk)}

    def finish(self, job: Job) -> dict:
        return _sums(job, "proposed", "changed", "held")


@job_kind(PROPOSE, title="生成高龄津贴名单")
class Propose(ByTownship):
    """The lists of one month, asked for on the page."""

    def run(self, job: Job, part: JobPart, beat) -> dict:
        beat(0, 1, part.label)
        month = parse_month(job.params["month"])
        return {"proposed": propose_township(month, Division.objects.get(pk=part.key), job.started_by)}

    def finish(self, job: Job) -> dict:
        return _sums(job, "proposed")


def _sums(job: Job, *names: str) -> dict[str, int]:
    results = list(job.parts.values_list("result", flat=True))
    return {name: sum(result.get(name, 0) for result in results) for name in names}
