"""bank_return: load a bank's answer."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from core.errors import UserError
from payouts import commands
from payouts.services import load_bank_return


class Command(BaseCommand):
    help = "导入银行回盘文件；重复导入结果不变。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--as", dest="user", help="经办人账号")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UserError(f"文件 {path} 读不了：{error.strerror}。") from error
        result = load_bank_return(content, path.name, commands.account(options["user"]))
        if options["json"]:
            self.stdout.write(commands.as_json(result))
            return
        self.stdout.write(
            f"批次 {result['batch'] or '—'}：{result['lines']} 行，成功 {result['success']}，"
            f"失败 {result['failed']}，此前已回盘 {result['already']}，拒收 {len(result['refused'])}"
        )
        for one in result["refused"]:
            self.stdout.write(f"  第 {one['line']} 行：{one['reason']}")
