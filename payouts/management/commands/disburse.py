"""disburse: build the month's runs."""

from typing import Any

from django.core.management.base import BaseCommand

from core.jobs import run_job_inline
from payouts import commands
from payouts.building import NothingDue, StillBuilding, build_run
from payouts.models import Run, RunKind, RunState


class Command(BaseCommand):
    help = "生成某月的发放批次；重复执行结果不变。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--month", required=True, help="月份，如 2020-12")
        parser.add_argument("--programme", nargs="+", action="extend", help="项目代码，默认全部")
        parser.add_argument("--division", help="区或乡镇（街道）代码，默认全区")
        parser.add_argument("--as", dest="user", help="制表人账号，默认为系统")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        month = commands.parse_month(options["month"])
        actor, area = commands.account(options["user"]), commands.division(options["division"])
        runs, nothing = [], []
        for programme in commands.programmes(options["programme"]):
            try:
                runs += self.all_of(self.build(programme, month, area, actor))
            except NothingDue as error:
                nothing.append(error.message)
        if options["programme"] or not runs:
            for message in nothing:
                self.stderr.write(message)
        if options["json"]:
            self.stdout.write(commands.as_json([commands.run_json(run) for run in runs]))
        else:
            for run in runs:
                self.stdout.write(commands.run_line(run))

    def build(self, programme: Any, month: Any, area: Any, actor: Any) -> Run:
        """The run, made here to its end; one of another month that is still in the making is finished first."""
        while True:
            try:
                run = build_run(programme, month, area, actor, enqueue=False)
            except StillBuilding as error:
                self.finish(error.run)
                continue
            self.finish(run)
            return run

    def all_of(self, run: Run) -> list[Run]:
        """The run, with those of the same month before it: one-off money may have several."""
        if run.kind != RunKind.ONE_OFF:
            return [run]
        same = Run.objects.filter(programme=run.programme_id, month=run.month, division=run.division_id)
        return list(same.filter(kind=run.kind).select_related("programme", "division").order_by("batch"))

    def finish(self, run: Run) -> None:
        if run.state == RunState.BUILDING and run.job is not None:
            run_job_inline(run.job)
            run.refresh_from_db()
