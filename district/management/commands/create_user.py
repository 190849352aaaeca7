"""An account from the shell: the first one of an instance, or many by script."""

import select
import sys

from django.core.management.base import BaseCommand

from district import services
from district.models import Line, Role

# A caller that leaves an open pipe as stdin but writes nothing must not make us wait for ever.
WAIT_FOR_STDIN = 3.0


def password_from_stdin() -> str:
    """The first line of stdin, unless that is a terminal, empty or silent."""
    try:
        if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
            return ""
        ready, _, _ = select.select([sys.stdin], [], [], WAIT_FOR_STDIN)
        return sys.stdin.readline().strip("\r\n") if ready else ""
    except (OSError, ValueError):
        return ""


class Command(BaseCommand):
    help = "建立账号；初始密码从标准输入读取，没有时自动生成并只显示这一次"

    def add_arguments(self, parser):
        parser.add_argument("name", metavar="NAME", help="登录名")
        parser.add_argument("--role", required=True, help="角色：" + " ".join(Role.values))
        parser.add_argument("--division", default="", metavar="CODE", help="区划代码（乡镇角色必填 9 位）")
        parser.add_argument(
            "--line",
            dest="lines",
            action="extend",
            nargs="+",
            default=[],
            help="业务线：" + " ".join(Line.values),
        )
        parser.add_argument("--office", default="", metavar="CODE", help="机构代码")
        parser.add_argument("--full-name", default="", help="姓名")
        parser.add_argument("--phone", default="", help="电话")

    def handle(self, *, name, role, division, lines, office, full_name, phone, **options):
        given = password_from_stdin()
        account, password = services.create_account(
            name,
            role,
            division=division,
            lines=lines,
            office=office,
            full_name=full_name,
            phone=phone,
            password=given,
        )
        self.stdout.write(
            f"已建立账号 {account.username}：{account.get_role_display()}，{account.division}。"
        )
        if not given:
            self.stdout.write(f"初始密码：{password}（只显示这一次，首次登录须修改）")
        elif account.must_change_password:
            self.stderr.write("提示：初始密码过于简单，首次登录须修改。")
