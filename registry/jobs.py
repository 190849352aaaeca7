"""Imports in the background: one part each, and the result in the same transaction."""

from core.jobs import JobKind, job_kind
from registry import batches
from registry.models import ImportBatch, ImportState


class ImportJob(JobKind):
    """A step of an import; `step` does it, `back_to` is where the import stands when it could not be done."""

    step = staticmethod(batches.check)
    back_to = ImportState.FAILED
    label = "检查"

    def parts(self, job):
        return [("file", self.label)]

    def run(self, job, part, beat):
        batch = (
            ImportBatch.objects.select_for_update(of=("self",))
            .select_related("file")
            .get(pk=job.params["batch"])
        )
        self.step(batch, beat)
        return {"rows": batch.counts.get("rows", 0)}

    def failed(self, job):
        batch = ImportBatch.objects.select_related("file").get(pk=job.params["batch"])
        reason = job.error.partition("：")[2] or job.error
        batches.fail(batch, reason, self.back_to)


@job_kind(batches.CHECK_JOB, "检查导入文件")
class CheckImport(ImportJob):
    """Nothing is written to the registry."""


@job_kind(batches.WRITE_JOB, "写入导入")
class WriteImport(ImportJob):
    step = staticmethod(batches.write)
    back_to = ImportState.CHECKED
    label = "写入"


@job_kind(batches.UNDO_JOB, "撤销导入")
class UndoImport(ImportJob):
    step = staticmethod(batches.undo)
    back_to = ImportState.WRITTEN
    label = "撤销"
