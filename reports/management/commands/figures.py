"""`manage.py figures --year YYYY [--json]`: the year counted from rows."""

import json

from django.core.management.base import BaseCommand

from reports.figures import everything


class Command(BaseCommand):
    help = "年度统计：从发放明细和待遇逐行计数"

    def add_arguments(self, parser):
        parser.add_argument("--year", type=int, required=True, help="年度，例如 2020")
        parser.add_argument("--json", action="store_true", help="按约定的键输出 JSON")

    def handle(self, *args, year, **options):
        found = everything(year)
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        if not found:
            self.stdout.write(f"{year} 年没有发放和待遇。")
        for key, value in found.items():
            self.stdout.write(f"{key}\t{value}")
