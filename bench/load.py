"""200 people log in within one minute and then work on a registry of a million persons; p95 of the main pages.

bin/bench load [--persons 1000000] [--people 200] [--minutes 2] [--entitlements 100000]
Each person thinks 5 to 15 seconds between two pages. The web server is the product's own, as bin/run starts it.
"""

import argparse
import http.client
import http.cookiejar
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from datetime import date
from decimal import Decimal

from bench import bed
from benefits.models import Entitlement
from benefits.services import grant_bulk
from district.models import Division
from district.services import create_account
from payouts.services import build_run

PORT = 8931
PASSWORD = "Morning-2020-dawn"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PAGES = {
    "工作台": lambda n: "/",
    "查找（姓名）": lambda n: "/search/?q=" + urllib.parse.quote(bed.SURNAMES[n % 20] + bed.GIVEN[n % 42]),
    "查找（号码后四位）": lambda n: f"/search/?q={bed.id_number(n % 900_000)[0][-4:]}",
    "居民": lambda n: "/persons/",
    "居民档案": lambda n: None,
    "待遇": lambda n: "/entitlements/",
    "在办案件": lambda n: "/cases/",
    "发放明细": lambda n: "/payments/",
}


def main() -> None:
    options = parser().parse_args()
    say(f"登记 {options.persons} 人 ……")
    bed.load_district(options.persons)
    townships = list(Division.objects.filter(level="township").values_list("code", flat=True))
    grant_and_pay(options.entitlements)
    names = [f"clerk{n}" for n in range(options.people)]
    for n, name in enumerate(names):
        create_account(name, "township_clerk", division=townships[n % len(townships)], password=PASSWORD)
    server = start_web()
    try:
        people = [Clerk(n, name, townships[n % len(townships)], options) for n, name in enumerate(names)]
        for one in people:
            one.start()
        for one in people:
            one.join()
        memory = web_memory(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    report(memory)


def parser() -> argparse.ArgumentParser:
    words = argparse.ArgumentParser()
    words.add_argument("--persons", type=int, default=1_000_000)
    words.add_argument("--people", type=int, default=200)
    words.add_argument("--minutes", type=float, default=2)
    words.add_argument("--entitlements", type=int, default=100_000)
    return words


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def grant_and_pay(count: int) -> None:
    """One 低保 a household for the first `count`, and a month's draft run of them."""
    places = bed.villages()
    month = date(2019, 12, 1)
    for start in range(0, count, 20_000):
        grant_bulk(
            [
                (
                    Entitlement(
                        programme_id="dibao_urban",
                        household_id=n + 1,
                        person_id=n + 1,
                        beneficiary_id=n + 1,
                        division_id=places[n % len(places)],
                        persons=1,
                        monthly_amount=Decimal(300 + n % 200),
                        first_month=month,
                        source="taken_over",
                    ),
                    [n + 1],
                )
                for n in range(start, min(count, start + 20_000))
            ]
        )
    build_run("dibao_urban", date(2020, 1, 1))


def start_web() -> subprocess.Popen:
    cores = os.cpu_count() or 2
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "minzheng.wsgi",
        "--bind",
        f"127.0.0.1:{PORT}",
        "--threads",
        "8",
    ]
    server = subprocess.Popen([*command, "--workers", str(max(2, cores)), "--log-level", "error"])
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=2)
            return server
        except OSError:
            time.sleep(0.3)
    raise SystemExit("网站没有启动。")


def web_memory(pid: int) -> float:
    """Megabytes of the web server's processes."""
    listed = subprocess.run(
        ["ps", "-o", "rss=", "--ppid", str(pid), "-p", str(pid)], capture_output=True, text=True
    )
    return sum(map(int, listed.stdout.split())) / 1024


times: dict[str, list[float]] = defaultdict(list)
faults: list[str] = []


class Clerk(threading.Thread):
    """A township's caseworker from log-in to the end of the measured time."""

    def __init__(self, n: int, name: str, township: str, options: argparse.Namespace):
        super().__init__(daemon=True)
        self.n, self.name_, self.township, self.options = n, name, township, options
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.web = urllib.request.build_opener(jar)
        self.rng = random.Random(n)

    def run(self) -> None:
        begin = time.monotonic()
        time.sleep(self.rng.uniform(0, 60))
        form = self.open("登录页", "/login/")
        token = TOKEN.search(form)
        data = {
            "username": self.name_,
            "password": PASSWORD,
            "csrfmiddlewaretoken": token[1] if token else "",
        }
        self.open("登录", "/login/", urllib.parse.urlencode(data).encode())
        links: list[str] = []
        while time.monotonic() - begin < 60 * self.options.minutes:
            time.sleep(self.rng.uniform(5, 15))
            label = self.rng.choice(list(PAGES))
            path = PAGES[label](self.rng.randrange(1_000_000)) or (
                self.rng.choice(links) if links else "/persons/"
            )
            body = self.open(label, path)
            if label == "居民":
                links = re.findall(r'href="(/persons/\d+/)"', body)

    def open(self, label: str, path: str, data: bytes | None = None) -> str:
        begin = time.monotonic()
        headers = {"Referer": f"http://127.0.0.1:{PORT}/"}
        try:
            request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", data, headers)
            body = self.web.open(request, timeout=60).read().decode()
            if label != "登录页" and "/login/" in body and "退出" not in body:
                faults.append(f"{label}: not logged in")
        except (OSError, http.client.HTTPException) as error:
            faults.append(f"{label} {path}: {error}")
            body = ""
        times[label].append(time.monotonic() - begin)
        return body


def report(memory: float) -> None:
    every = [value for values in times.values() for value in values]
    print(f"{'页面':<12} {'次数':>6} {'中位 ms':>8} {'p95 ms':>8} {'最慢 ms':>8}")
    for label, values in [*times.items(), ("全部", every)]:
        shown = (bed.percentile(values, 0.5), bed.percentile(values, 0.95), max(values))
        print(f"{label:<12} {len(values):>6} " + " ".join(f"{value * 1000:>8.0f}" for value in shown))
    print(f"出错 {len(faults)} 次；网站进程内存合计 {memory:.0f} MB")
    for fault in faults[:5]:
        print("  ", fault)


if __name__ == "__main__":
    main()
