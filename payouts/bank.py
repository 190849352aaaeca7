"""The bank: the file that goes out, and the answer that comes back."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from core.cells import clean_code, clean_text, parse_amount
from core.errors import NotAllowed, UserError
from core.files import CSV, TEXT, XLSX, store
from core.models import StoredFile
from core.money import ZERO
from core.sheets import Column, RawRow, read_tables
from district.models import Role
from payouts.models import BankReturn, FileKind, Run, RunFile, Transfer, TransferState

HEADER = ["批次号", "序号", "账号", "户名", "金额", "摘要"]
COLUMNS = (
    Column("batch", "批次号", ("批次编号", "批号"), required=True, identifier=True),
    Column("seq", "序号", ("行号", "编号"), required=True, identifier=True),
    Column("account", "账号", ("银行账号", "收款账号", "卡号"), required=True, identifier=True),
    Column("amount", "金额", ("发放金额", "交易金额"), required=True),
    Column("outcome", "结果", ("处理结果", "交易结果", "状态"), required=True),
    Column("name", "户名", ("账户户名", "收款人", "姓名")),
    Column("reason", "失败原因", ("原因", "备注")),
)
_OUTCOMES = {
    **dict.fromkeys(("成功", "交易成功", "已入账"), TransferState.SUCCESS),
    **dict.fromkeys(("失败", "交易失败", "退票", "退回"), TransferState.FAILED),
}


# --- out ---


def bank_file(run: Run) -> tuple[bytes, bytes, str]:
    """The csv for the bank (GBK, CRLF), its control line as txt, and the batch number. Of a locked run only."""
    out, control = bank_files(run)
    return bytes(out.content), bytes(control.content), run.number


def bank_files(run: Run) -> tuple[StoredFile, StoredFile]:
    """The kept files of a locked run, made when first asked for: the same bytes every time."""
    if not run.is_final:
        raise UserError("批次还没有锁定，不能导出银行代发文件。")
    known = RunFile.objects.filter(run=run, division=run.division_id).select_related("file")
    kinds = (FileKind.BANK, FileKind.CONTROL)
    found = {one.kind: one.file for one in known.filter(kind__in=kinds)}
    if len(found) < 2:
        with transaction.atomic():
            Run.objects.select_for_update(no_key=True).get(pk=run.pk)
            found = {one.kind: one.file for one in known.filter(kind__in=kinds)}
            if len(found) < 2:
                found = _make_files(run)
    return found[FileKind.BANK], found[FileKind.CONTROL]


def _make_files(run: Run) -> dict[str, StoredFile]:
    sent = run.transfers.filter(seq__isnull=False).order_by("seq")
    lines = sent.values_list("seq", "account_number", "account_name", "amount")
    batch = run.batch_words.replace(" ", "")
    summary = f"{run.month:%Y-%m}{run.programme.name}{batch}" + ("重发" if run.is_reissue else "")
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    count, total = 0, ZERO
    for seq, account, name, amount in lines.iterator():
        writer.writerow([run.number, seq, account, name, f"{amount:.2f}", summary])
        count, total = count + 1, total + amount
    # A name's rare character that GBK lacks must not stop a whole month's file.
    content = out.getvalue().encode("gb18030")
    control = f"{run.number},{count},{total:.2f}\r\n"
    left = run.transfers.filter(seq__isnull=True).aggregate(count=Count("pk"), amount=Sum("amount"))
    if left["count"]:
        control += f"缺账号未送银行,{left['count']},{left['amount']:.2f}\r\n"
    made: dict[str, StoredFile] = {}
    for kind, name, data, form in (
        (FileKind.BANK, f"{run.number}.csv", content, CSV),
        (FileKind.CONTROL, f"{run.number}.txt", control.encode("gbk"), TEXT),
    ):
        made[kind] = store(name, data, form, user=run.approver, rows=count, amount=total)
        RunFile.objects.create(run=run, kind=kind, division_id=run.division_id, file=made[kind])
    return made


# --- back ---


@dataclass(frozen=True)
class Line:
    """A line of the bank's answer, understood."""

    number: int
    batch: str
    seq: int
    account: str
    amount: Decimal
    state: str
    reason: str


def load_bank_return(content: bytes, name: str, actor: Any = None) -> dict[str, Any]:
    """Take a bank's answer: `batch, lines, success, failed, already, refused[{line, reason}]`.

    The good lines are taken, the others come back with their line number and reason; the same file again changes
    nothing. UserError when the file can't be read at all.
    """
    if actor is not None and actor.role != Role.FINANCE:
        raise NotAllowed("银行回盘由财务导入。")
    rows = read_tables(content, name, COLUMNS).rows
    if not rows:
        raise UserError("回盘文件里没有一行数据。")
    lines, refused = _understand(rows)
    with transaction.atomic():
        runs = _locked_runs({line.batch for line in lines}, actor)
        kept = store(name, content, _type_of(content), user=actor, rows=len(rows))
        only = next(iter(runs.values())) if len(runs) == 1 else None
        answer = BankReturn.objects.create(file=kept, run=only, lines=len(rows), loaded_by=actor)
        success, failed, already = _settle(lines, runs, answer, refused)
        refused.sort(key=lambda one: one["line"])
        BankReturn.objects.filter(pk=answer.pk).update(
            success=success, failed=failed, already=already, refused=refused
        )
        if not success and not failed and BankReturn.objects.filter(file__sha256=kept.sha256).count() > 1:
            # The same file again leaves nothing behind, not even a second entry in the list of files.
            answer.delete()
            kept.delete()
    batches = sorted({line.batch for line in lines})
    return {
        "batch": ",".join(batches),
        "lines": len(rows),
        "success": success,
        "failed": failed,
        "already": already,
        "refused": refused,
    }


def _type_of(content: bytes) -> str:
    return XLSX if content[:2] == b"PK" else CSV


def _locked_runs(numbers: Iterable[str], actor: Any) -> dict[str, Run]:
    """The runs named in the file, rows locked in one order: two loads at once wait for each other."""
    runs = Run.objects.select_for_update(no_key=True).filter(number__in=list(numbers)).order_by("pk")
    if actor is not None:
        runs = runs.filter(pk__in=Run.objects.visible_to(actor).values("pk"))
    return {run.number: run for run in runs}


def _understand(rows: list[RawRow]) -> tuple[list[Line], list[dict[str, Any]]]:
    lines, refused = [], []
    for row in rows:
        try:
            lines.append(_line(row))
        except UserError as error:
            refused.append({"line": row.number, "reason": error.message})
    return lines, refused


def _line(row: RawRow) -> Line:
    batch, seq = clean_code(row.get("batch"))[0], clean_code(row.get("seq"))[0]
    account = clean_code(row.get("account"))[0]
    amount = parse_amount(row.get("amount"), row.head.units.get("amount", 1))[0]
    outcome = clean_text(row.get("outcome"))[0]
    if not batch:
        raise UserError("批次号没有填。")
    if not seq.isdigit():
        raise UserError(f"序号“{seq}”不是数字。")
    if amount is None:
        raise UserError("金额没有填。")
    if outcome not in _OUTCOMES:
        raise UserError(f"结果“{outcome}”看不懂，应为成功或失败。")
    reason = clean_text(row.get("reason"))[0][:200]
    return Line(row.number, batch, int(seq), account, amount, _OUTCOMES[outcome], reason)


def _settle(
    lines: list[Line], runs: dict[str, Run], answer: BankReturn, refused: list[dict[str, Any]]
) -> tuple[int, int, int]:
    transfers: dict[tuple[str, int], Transfer] = {}
    for number, run in runs.items():
        wanted = [line.seq for line in lines if line.batch == number]
        for transfer in Transfer.objects.filter(run=run, seq__in=wanted):
            transfers[number, transfer.seq] = transfer
    taken: list[Transfer] = []
    already = 0
    for line in lines:
        transfer = transfers.get((line.batch, line.seq))
        reason = _why_refused(line, runs.get(line.batch), transfer)
        if reason or transfer is None:
            refused.append({"line": line.number, "reason": reason})
        elif transfer.state == line.state:
            already += 1
        else:
            transfer.state, transfer.returned_at, transfer.bank_return = line.state, timezone.now(), answer
            if line.state == TransferState.FAILED:
                transfer.reason = line.reason or "银行未说明原因"
            taken.append(transfer)
    fields = ["state", "reason", "returned_at", "bank_return"]
    Transfer.objects.bulk_update(taken, fields, batch_size=2000)
    failed = sum(one.state == TransferState.FAILED for one in taken)
    return len(taken) - failed, failed, already


def _why_refused(line: Line, run: Run | None, transfer: Transfer | None) -> str:
    if run is None:
        return f"没有批次号为“{line.batch}”的批次。"
    if not run.is_final:
        return f"批次 {run.number} 还没有锁定，没有送过银行。"
    if transfer is None:
        return f"批次 {run.number} 没有序号 {line.seq}。"
    if transfer.account_number != line.account:
        return f"序号 {line.seq} 的账号与送出的不一致。"
    if transfer.amount != line.amount:
        return f"序号 {line.seq} 的金额 {line.amount} 与送出的 {transfer.amount} 不一致。"
    if transfer.state not in (TransferState.OUTSTANDING, line.state):
        return f"序号 {line.seq} 此前已回盘为{transfer.get_state_display()}，与本行矛盾。"
    return ""


# --- figures ---


def bank_figures(run: Run) -> dict[str, dict[str, Any]]:
    """By state of the run's lines: `count` and `amount` in yuan; states without a line are there with zeros."""
    found = run.transfers.values("state").annotate(count=Count("pk"), amount=Sum("amount")).order_by()
    figures: dict[str, dict[str, Any]] = {
        state: {"count": 0, "amount": ZERO} for state in TransferState.values
    }
    for row in found:
        figures[row["state"]] = {"count": row["count"], "amount": row["amount"]}
    return figures
