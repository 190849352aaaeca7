#!/usr/bin/env python3
"""Commands of the system. `bin/manage` is the same inside the virtualenv, with servers and migrations looked after."""

import gc
import os
import sys


def main() -> int:
    if sys.argv[1:2] == ["migrate"]:
        # Model states are rendered hundreds of times; collecting them each time takes a third of the whole.
        gc.set_threshold(2_000_000, 1_000, 1_000)
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
