"""Kills the processes that execute parts of a run, as often as asked (default 200), and checks every fen at the end.

    bin/bench faults [--kills 200]

The test of the suite with more kills, in the suite's own bed: a real worker, kill -9 at random points.
"""

import argparse
import os
import subprocess
import sys


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=200)
    kills = options.parse_args().kills
    test = "tests/payouts/test_faults.py::test_a_run_survives_thirty_kills_and_is_finished_without_a_click"
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", test],
        env={**os.environ, "MINZHENG_KILLS": str(kills), "MINZHENG_DISPOSABLE": "1"},
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
