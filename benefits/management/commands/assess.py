"""`assess FILE.json|-`: facts in, amounts out (contract §5). Writes nothing."""

import json
import sys
from decimal import Decimal

from django.core.management.base import BaseCommand

from benefits.assessing import assess_all
from core.errors import UserError


class Command(BaseCommand):
    help = "测算：读入一组事实（JSON），给出资格、金额和计算明细，不写入任何数据"

    def add_arguments(self, parser):
        parser.add_argument("file", help="JSON 文件，- 为标准输入")

    def handle(self, *args, file, **options):
        answers = list(assess_all(read_items(file)))
        self.stdout.write(json.dumps(answers, ensure_ascii=False, indent=1))


def read_items(file: str) -> list:
    """The items of a JSON file (`-`: stdin), numbers exact. UserError for anything but a list."""
    try:
        if file == "-":
            content = sys.stdin.buffer.read()
        else:
            with open(file, "rb") as handle:
                content = handle.read()
    except OSError as error:
        raise UserError(f"读不到文件 {file}。") from error
    try:
        items = json.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        where = (
            f"第 {error.lineno} 行第 {error.colno} 列" if isinstance(error, json.JSONDecodeError) else "编码"
        )
        raise UserError(f"文件不是 JSON（{where}有错）。") from error
    if not isinstance(items, list):
        raise UserError("文件内容应当是一个列表，每一项是一组事实。")
    return items
