"""run_action: the steps that the run's page offers, with the same rights."""

from typing import Any

from django.core.management.base import BaseCommand

from core.errors import UserError
from payouts import commands, services
from payouts.models import Run

ACTIONS = {
    "review": services.review,
    "approve": services.approve,
    "lock": services.lock,
    "close": services.close,
}


class Command(BaseCommand):
    help = "对发放批次复核、审定、锁定、结账。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("runs", nargs="+", metavar="RUN", help="批次号")
        parser.add_argument("--do", required=True, choices=list(ACTIONS))
        parser.add_argument("--as", dest="user", required=True, help="办理人账号")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = commands.account(options["user"])
        known = {run.number: run for run in Run.objects.filter(number__in=options["runs"])}
        for number in options["runs"]:
            if number not in known:
                raise UserError(f"没有批次“{number}”。")
        done = []
        for number in dict.fromkeys(options["runs"]):
            done.append(ACTIONS[options["do"]](known[number], actor))
        if options["json"]:
            self.stdout.write(commands.as_json([commands.run_json(run) for run in done]))
        else:
            for run in done:
                self.stdout.write(commands.run_line(run))
