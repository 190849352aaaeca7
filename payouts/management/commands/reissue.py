"""reissue: a new batch of the failed payments whose account was put right since."""

from typing import Any

from django.core.management.base import BaseCommand

from payouts import commands
from payouts.services import build_reissue


class Command(BaseCommand):
    help = "为账户已更正的失败发放生成重发批次。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--month", required=True)
        parser.add_argument("--programme", nargs="+", action="extend")
        parser.add_argument("--as", dest="user", required=True, help="制表人账号")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        month, actor = commands.parse_month(options["month"]), commands.account(options["user"])
        codes = (
            [one.pk for one in commands.programmes(options["programme"])] if options["programme"] else None
        )
        runs = build_reissue(month, codes, actor)
        if options["json"]:
            self.stdout.write(commands.as_json([commands.run_json(run) for run in runs]))
        else:
            for run in runs:
                self.stdout.write(commands.run_line(run))
