"""Running a command so that a failure is one plain line on stderr and exit code 1."""

import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand, CommandError

from core.errors import UserError


class Utility(ManagementUtility):
    def fetch_command(self, subcommand):
        command = super().fetch_command(subcommand)
        if isinstance(command, BaseCommand):
            return PlainSpoken(command)
        return command


class PlainSpoken:
    """A command that answers failures for its user; `--traceback` still shows the whole trace."""

    def __init__(self, command: BaseCommand):
        self.command = command
        make_parser = command.create_parser

        def create_parser(*args, **kwargs):
            parser = make_parser(*args, **kwargs)
            # Lets argparse's complaint reach us as a CommandError instead of ending with usage and exit code 2.
            parser.called_from_command_line = False
            return parser

        command.create_parser = create_parser  # type: ignore[method-assign]

    def __getattr__(self, name):
        return getattr(self.command, name)

    def run_from_argv(self, argv):
        if "--traceback" in argv or "--help" in argv or "-h" in argv:
            return self.command.run_from_argv(argv)
        try:
            # With --traceback Django hands the error on instead of printing it with its class name.
            return self.command.run_from_argv([*argv[:2], "--traceback", *argv[2:]])
        except UserError as error:
            fail(error.message, 1)
        except CommandError as error:
            text = str(error)
            if text.startswith("Error: "):
                text = "参数不对：" + text.removeprefix("Error: ")
            fail(text, error.returncode)


def fail(message: str, code: int) -> None:
    print(message, file=sys.stderr)
    sys.exit(code)


def execute(argv: list[str]) -> None:
    try:
        Utility(argv).execute()
    except ImproperlyConfigured as error:
        if "--traceback" in argv:
            raise
        fail(str(error), 1)
