"""`load_list KIND FILE [--as-of DATE] [--source TEXT] [--errors OUT.xlsx] [--json]`: an outside list taken in."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.cells import parse_day
from core.errors import UserError
from rechecks.kinds import KINDS
from rechecks.loading import load


class Command(BaseCommand):
    help = "载入一份外部名单（死亡、养老金、工商……），供回头看比对"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", help="、".join(f"{one.code}（{one.name}）" for one in KINDS.values()))
        parser.add_argument("file", help="csv、xlsx 或 xls 文件")
        parser.add_argument("--as-of", metavar="DATE", help="名单截止日期，默认今天")
        parser.add_argument("--source", default="", help="来源单位")
        parser.add_argument("--errors", metavar="OUT.xlsx", help="把被拒绝的行写到这个工作簿")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出计数")

    def handle(self, *args: Any, kind: str, file: str, **options: Any) -> None:
        try:
            as_of = parse_day(options["as_of"])[0] if options["as_of"] else None
            with open(file, "rb") as content:
                made = load(kind, content, file, as_of, options["source"])
        except FileNotFoundError as error:
            raise CommandError(f"找不到文件 {file}。") from error
        except OSError as error:
            raise CommandError(f"文件 {file} 读不了：{error.strerror}。") from error
        except UserError as error:
            raise CommandError(error.message) from error
        if options["errors"] and made.errors_file:
            Path(options["errors"]).write_bytes(bytes(made.errors_file.content))
        counts = {
            "rows": made.rows,
            "loaded": made.loaded,
            "rejected": made.rejected,
            "unknown": made.unknown,
        }
        if options["json"]:
            self.stdout.write(json.dumps(counts, ensure_ascii=False))
            return
        self.stdout.write(
            f"{made}：共 {made.rows} 行，载入 {made.loaded}，拒绝 {made.rejected}，"
            f"其中 {made.unknown} 人不在登记册（照样保留）。"
        )
        if not made.has_numbers:
            self.stdout.write("  名单没有身份证号，按姓名和出生日期比对，只提示疑似同一人。")
        for note in made.notes:
            self.stdout.write(f"  {note}")
