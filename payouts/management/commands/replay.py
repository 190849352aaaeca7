"""replay: a past month computed again from the facts frozen with it."""

from typing import Any

from django.core.management.base import BaseCommand

from core.errors import UserError
from core.months import format_month
from payouts import commands
from payouts.replaying import replay


class Command(BaseCommand):
    help = "按当时冻结的事实重新计算某月的发放，并与已发金额核对。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--month", required=True)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        month = commands.parse_month(options["month"])
        rows = replay(month)
        if options["json"]:
            self.stdout.write(commands.as_json(rows))
            return
        if not rows:
            raise UserError(f"{format_month(month)} 没有发放。")
        for row in rows:
            self.stdout.write(
                f"{row['programme']}：{row['payments']} 笔，已发 {row['paid']} 元，重算 {row['recomputed']} 元，"
                f"无事实可重算 {row['without_facts']} 笔，不一致 {len(row['differences'])} 笔"
            )
            for one in row["differences"]:
                self.stdout.write(f"  {one['name']} {one['paid']} → {one['recomputed']}  {one['reason']}")
