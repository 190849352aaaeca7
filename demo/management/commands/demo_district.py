"""`manage.py demo_district [--year 2020] [--scale 1.0] [--seed N]`: a synthetic district in an empty database."""

import time

from django.core.management.base import BaseCommand

from demo.accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from demo.district import Demo


class Command(BaseCommand):
    help = "演示区县：真实的乡镇和村、虚构的居民，一年的低保从审批到发放（只能写进空库）"

    def add_arguments(self, parser):
        parser.add_argument("--year", type=int, default=2020, help="年度，默认 2020")
        parser.add_argument("--scale", type=float, default=1.0, help="规模，1 为自评报告的户数")
        parser.add_argument("--seed", type=int, default=2020, help="随机种子，相同的种子生成相同的数据")

    def handle(self, *args, year, scale, seed, **options):
        began = time.monotonic()

        def tell(text: str) -> None:
            self.stderr.write(f"[{time.monotonic() - began:4.0f} 秒] {text}")

        Demo(year, scale, seed, tell).make()
        self.stdout.write(f"演示区县已生成。账号密码均为 {DEMO_PASSWORD}：")
        for username, role, purpose in DEMO_ACCOUNTS:
            self.stdout.write(f"  {username}\t{role}\t{purpose}")
