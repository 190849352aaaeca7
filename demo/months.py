"""The months of the demo year, really run: made, reviewed, approved and locked by three accounts, sent to the bank,
answered, the failures put right and sent again, closed."""

import csv
import io
from datetime import date
from random import Random

from core.jobs import run_job_inline
from demo.accounts import Staff
from demo.names import Numbers
from payouts import services
from payouts.models import Run, Transfer, TransferState
from registry.services import new_account

_FAILURES = ("账号不存在", "户名与账号不符", "账户已销户", "账户状态异常（未激活）", "账户已冻结")
# Of a thousand transfers so many fail; a month has at least one.
_FAILED_SHARE = 0.0012


def run_month(programme: str, month: date, staff: Staff, numbers: Numbers, rng: Random) -> Run:
    """One programme's month from making to closing, with a reissue of what the bank refused."""
    run = services.build_run(programme, month, actor=staff["finance1"], enqueue=False)
    assert run.job is not None
    run_job_inline(run.job)
    run.refresh_from_db()
    failed = _to_the_bank(run, staff, rng, share=_FAILED_SHARE)
    for transfer in failed:
        _put_right(transfer, staff, numbers)
    if failed:
        for reissue in services.build_reissue(month, [programme], staff["finance1"]):
            _to_the_bank(reissue, staff, rng, share=0)
            services.close(reissue, staff["finance3"])
    services.close(run, staff["finance3"])
    run.refresh_from_db()
    return run


def _to_the_bank(run: Run, staff: Staff, rng: Random, share: float) -> list[Transfer]:
    """Three pairs of hands, the file, and the bank's answer; gives the transfers that failed."""
    services.review(run, staff["finance2"], "与在册名单、上月批次核对一致。")
    services.approve(run, staff["leader1"], "同意发放。")
    services.lock(run, staff["leader1"])
    run.refresh_from_db()
    content, _, _ = services.bank_file(run)
    services.load_bank_return(bank_answer(content, rng, share), f"{run.number}-回盘.csv", staff["finance1"])
    return list(run.transfers.filter(state=TransferState.FAILED).order_by("seq"))


def bank_answer(sent: bytes, rng: Random, share: float) -> bytes:
    """The bank's csv for the file that it was sent: each line with its outcome. A share of 0: nothing fails."""
    lines = list(csv.reader(io.StringIO(sent.decode("gb18030"))))
    head, body = lines[0], lines[1:]
    count = max(round(len(body) * share), 1) if share else 0
    refused = set(rng.sample(range(len(body)), min(count, len(body))))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*head, "结果", "失败原因"])
    for place, line in enumerate(body):
        outcome = ["失败", rng.choice(_FAILURES)] if place in refused else ["成功", ""]
        writer.writerow([*line, *outcome])
    return out.getvalue().encode("gb18030")


def _put_right(transfer: Transfer, staff: Staff, numbers: Numbers) -> None:
    """The household brings a new card to its township, whose clerk enters it; a home's account the bureau enters."""
    payment = transfer.origin_run.payments.filter(beneficiary_id=transfer.beneficiary_id).latest("pk")
    bank, number = numbers.account()
    if payment.payee_institution:
        new_account(payment.payee_institution, number, bank, actor=staff["relief1"])
    else:
        new_account(payment.payee, number, bank, actor=staff.clerk(payment.division_id))
