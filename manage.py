#!/usr/bin/env python3
"""Commands of the system. `bin/manage` is the same inside the virtualenv, with servers and migrations looked after."""

import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.settings")
    from minzheng.prepare import prepare
    from minzheng.servers import ServerError

    try:
        if prepare(sys.argv):
            return 0
        from minzheng.commands import execute

        execute(sys.argv)
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
