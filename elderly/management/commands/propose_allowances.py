"""`propose_allowances --month YYYY-MM`: the month's lists, as the first of the month makes them by itself."""

import json
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.errors import UserError
from core.months import format_month, month_of, parse_month
from elderly import services
from elderly.services.proposing import townships


class Command(BaseCommand):
    help = "生成某月的高龄津贴、长寿金名单和停发名单（重复执行不会重复列入）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", help="月份 YYYY-MM，默认本月")
        parser.add_argument("--division", default="", help="只生成这个乡镇（街道）的，九位代码")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            month = parse_month(options["month"]) if options["month"] else month_of(timezone.localdate())
            chosen = [one for one in townships() if one.pk.startswith(options["division"])]
            if not chosen:
                raise UserError(f"没有代码为“{options['division']}”的乡镇（街道）。")
            with pghistory.context(by="命令行", reason="生成高龄津贴名单"):
                found = {one.name: services.proposing.propose_township(month, one) for one in chosen}
        except UserError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(
                json.dumps({"month": format_month(month), "proposed": found}, ensure_ascii=False)
            )
        else:
            for name, count in found.items():
                self.stdout.write(f"{name}：新列入 {count} 人")
            self.stdout.write(f"{format_month(month)} 合计新列入 {sum(found.values())} 人。")
