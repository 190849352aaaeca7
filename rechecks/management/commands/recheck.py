"""`recheck --month YYYY-MM [--json]`: the month's holdings against the newest outside lists."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import UserError
from core.jobs import run_job_inline
from core.months import parse_month
from rechecks import services
from rechecks.kinds import KINDS


class Command(BaseCommand):
    help = "回头看：当月在享待遇与各比对名单逐一比对；重复执行结果相同"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", required=True, help="月份，例如 2020-12")
        parser.add_argument("--json", action="store_true", help="按约定的键输出 JSON")

    def handle(self, *args: Any, month: str, **options: Any) -> None:
        try:
            recheck = services.start_recheck(parse_month(month), enqueue=False)
            assert recheck.job is not None
            run_job_inline(recheck.job)
        except UserError as error:
            raise CommandError(error.message) from error
        recheck.refresh_from_db()
        found = services.summary(recheck)
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        self.stdout.write(
            f"{found['month']}：比对待遇 {found['checked']} 份，疑点 {found['findings']} 条，"
            f"其中新增 {found['new']} 条。"
        )
        for kind, used in found["lists"].items():
            if used is None:
                self.stdout.write(f"  {KINDS[kind].name}：没有名单，未比对")
            else:
                late = "，已过期" if used.get("stale") else ""
                late += "，无身份证号、只提示疑似" if used.get("no_numbers") else ""
                late += "；另有一份无身份证号的" if used.get("beside") else ""
                count = found["by_kind"].get(kind)
                words = f"疑点 {count} 条" if count is not None else "不用于停发比对"
                self.stdout.write(
                    f"  {KINDS[kind].name}（截至 {used['as_of']}，{used['rows']} 行{late}）：{words}"
                )
