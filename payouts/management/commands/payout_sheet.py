"""payout_sheet: payout sheets and bank files of a month, written into a folder."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from core.errors import UserError
from core.months import format_month
from payouts import commands
from payouts.models import Run
from payouts.services import bank_file, payout_sheet, townships_of
from payouts.sheets import sheet_name

FORMATS = ("sheet", "bank")


class Command(BaseCommand):
    help = "导出发放花名册（每项目每乡镇一份）与银行代发文件。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--month", required=True)
        parser.add_argument("--programme", nargs="+", action="extend")
        parser.add_argument("--division")
        parser.add_argument("--out", required=True, metavar="DIR")
        parser.add_argument("--format", default="sheet,bank", help="sheet,bank")

    def handle(self, *args: Any, **options: Any) -> None:
        month, area = commands.parse_month(options["month"]), commands.division(options["division"])
        wanted = [one.strip() for one in options["format"].split(",") if one.strip()]
        if not wanted or set(wanted) - set(FORMATS):
            raise UserError("--format 只能是 sheet、bank 或 sheet,bank。")
        runs = commands.runs_of(month, options["programme"], area)
        if not runs:
            raise UserError(f"{format_month(month)} 没有发放批次。")
        if wanted == ["bank"] and not any(run.is_final for run in runs):
            raise UserError("批次还没有锁定，不能导出银行代发文件。")
        folder = Path(options["out"])
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for run in runs:
                self.write_run(run, area, folder, wanted)
        except OSError as error:
            raise UserError(f"不能写入文件夹 {folder}：{error.strerror}。") from error

    def write_run(self, run: Run, area: Any, folder: Path, wanted: list[str]) -> None:
        if "sheet" in wanted:
            for township in townships_of(run):
                if area is None or township.pk.startswith(area.pk) or area.pk.startswith(township.pk):
                    self.write(folder / sheet_name(run, township), payout_sheet(run, township))
        if "bank" in wanted:
            if not run.is_final:
                self.stderr.write(f"批次 {run.number} 还没有锁定，没有银行代发文件。")
                return
            table, control, number = bank_file(run)
            self.write(folder / f"{number}.csv", table)
            self.write(folder / f"{number}.txt", control)

    def write(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        self.stdout.write(str(path))
