"""发放花名册: one workbook a run and township, as the contracts say; large ones are written by rustpy-xlsxwriter."""

import io
import zipfile
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from rustpy_xlsxwriter import Format, write_worksheet

from core.errors import UserError
from core.files import XLSX, store
from core.models import StoredFile
from core.money import ZERO, in_capitals
from district.models import Division
from payouts.building import district
from payouts.models import FileKind, PaymentKind, Run, RunFile, RunState

COLUMNS = (
    ("序号", 6),
    ("姓名", 12),
    ("身份证号", 21),
    ("村(社区)", 14),
    ("保障人数", 9),
    ("发放金额", 13),
    ("类别", 8),
    ("开户银行", 26),
    ("银行账号", 23),
    ("备注", 26),
)
_HEAD, _MONEY = 2, "#,##0.00"
_WRAPPED = [one for one in COLUMNS if one[0] in ("姓名", "村(社区)", "开户银行", "备注")]
_TITLES = [title for title, _ in COLUMNS]
_KINDS = dict(PaymentKind.choices)
AGAIN = "重发"

# Whose money a home receives is named; that it goes to the home stands in 备注.
_NAME = "CASE WHEN p.payee_institution_id IS NULL THEN p.payee_name ELSE p.head_name END"
_ROWS = f"""
SELECT {_NAME}, p.payee_id_number, p.village_name, p.persons, p.amount, p.kind, p.bank, p.account_number, p.note
  FROM payouts_payment p WHERE p.run_id = %(run)s AND p.division_id LIKE %(scope)s
 ORDER BY p.division_id, p.beneficiary_id, p.month DESC, p.id
"""
# A reissue shows the same payments with the account of the new attempt.
_ROWS_AGAIN = f"""
SELECT {_NAME}, p.payee_id_number, p.village_name, p.persons, p.amount, p.kind, t.bank, t.account_number,
       concat_ws('；', '重发', nullif(p.note, ''))
  FROM payouts_transfer t JOIN payouts_payment p ON p.run_id = t.origin_run_id AND p.beneficiary_id = t.beneficiary_id
 WHERE t.run_id = %(run)s AND p.division_id LIKE %(scope)s
 ORDER BY p.division_id, p.beneficiary_id, p.month DESC, p.id
"""


def townships_of(run: Run) -> list[Division]:
    """The townships in which the run pays someone, in official order."""
    table = "payouts_transfer" if run.is_reissue else "payouts_payment"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT left(division_id, 9) FROM {table} WHERE run_id = %s", [run.pk])
        codes = [row[0] for row in cursor.fetchall()]
    return list(Division.objects.filter(pk__in=codes).order_by("code"))


def payout_sheet(run: Run, township: Division) -> bytes:
    """The sheet's bytes: of a locked run always the same, of any other a fresh one marked 草稿."""
    return bytes(sheet_file(run, township).content) if run.is_final else write_sheet(run, township)[0]


def sheet_file(run: Run, township: Division) -> StoredFile:
    """The kept sheet of a locked run, made when first asked for."""
    if not run.is_final:
        raise UserError("批次还没有锁定，只能看草稿。")
    known = RunFile.objects.filter(run=run, kind=FileKind.SHEET, division=township).select_related("file")
    found = known.first()
    if found is None:
        with transaction.atomic():
            # Two who ask at once get the same file: the second waits here for the first.
            Run.objects.select_for_update(no_key=True).get(pk=run.pk)
            found = known.first()
            if found is None:
                content, rows, amount = write_sheet(run, township)
                name = sheet_name(run, township)
                kept = store(name, content, XLSX, user=run.approver, rows=rows, amount=amount)
                found = RunFile.objects.create(run=run, kind=FileKind.SHEET, division=township, file=kept)
    return found.file


def sheet_name(run: Run, township: Division) -> str:
    """`2020-12 城市低保 中心路街道 发放花名册.xlsx`; drafts and reissues say so."""
    words = [f"{run.month:%Y-%m}", f"{run.programme.name}{run.batch_words}", township.name]
    if run.is_reissue:
        words.append(f"{AGAIN}{run.number[-4:]}")
    words.append("发放花名册" + ("" if run.is_final else "（草稿）"))
    return " ".join(words) + ".xlsx"


def all_sheets(run: Run) -> bytes:
    """A zip of the sheets of all townships."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for township in townships_of(run):
            entry = zipfile.ZipInfo(sheet_name(run, township), (run.month.year, run.month.month, 1, 0, 0, 0))
            packed.writestr(entry, payout_sheet(run, township))
    return out.getvalue()


def write_sheet(run: Run, township: Division) -> tuple[bytes, int, Decimal]:
    """Bytes, number of payments, sum in yuan."""
    draft = "" if run.is_final else "（草稿）"
    again, batch = AGAIN if run.is_reissue else "", run.batch_words.replace(" ", "")
    title = f"{district().name}{run.programme.name}{run.month.year}年{run.month.month}月{batch}{again}发放花名册{draft}"
    below = f"{township.name}    批次号：{run.number}    单位：元"
    records, rows, amount = _records(run, township)
    out = io.BytesIO()
    last = _HEAD + len(records)
    write_worksheet(
        records,
        out,
        sheet_name=township.name[:31],
        header_row=_HEAD,
        merge_ranges=[
            (0, 0, 0, 9, title, Format().set_bold().set_font_size(16).set_align("center")),
            (1, 0, 1, 9, below, Format().set_align("left")),
        ],
        # The last row is where people sign: it needs room and no boxes.
        row_heights={**_heights(records), 0: 30.0, 1: 20.0, _HEAD: 26.0, last: 40.0},
        row_formats={last: Format().set_align("vertical_center")},
        header_format=_cell().set_bold().set_align("center").set_text_wrap(),
        column_widths=[float(width) for _, width in COLUMNS],
        column_formats=_formats(),
        freeze_row=_HEAD + 1,
        ignore_errors=["身份证号", "银行账号"],
        page_setup={
            "landscape": True,
            "paper_size": 9,
            "repeat_rows": (_HEAD, _HEAD),
            "fit_to_pages": (1, 0),
            "center_horizontally": True,
            "footer": "&C第 &P 页 共 &N 页",
            "margins": {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6},
        },
    )
    return out.getvalue(), rows, amount


def _cell() -> Format:
    return Format().set_align("vertical_center").set_border("thin")


def _formats() -> list[Format]:
    """Of the columns in order. A long village, bank or remark goes on in a second line (`_heights`)."""
    centred, text, wrapped = _cell().set_align("center"), _cell(), _cell().set_text_wrap()
    money = _cell().set_num_format(_MONEY)
    return [centred, wrapped, text, wrapped, centred, money, centred, wrapped, text, wrapped]


def _heights(records: list[dict[str, Any]]) -> dict[int, float]:
    """Points of every row by its place: as high as its longest text needs."""
    found = {}
    for place, record in enumerate(records, _HEAD + 1):
        lines = max(_lines(record[title] or "", width) for title, width in _WRAPPED)
        found[place] = 20.0 if lines == 1 else 4.0 + 15.0 * lines
    return found


@lru_cache(10_000)
def _lines(text: str, width: int) -> int:
    """In how many lines of so many Latin characters a text goes; a Chinese one is two wide."""
    return -(-sum(2 if ord(one) > 0xFF else 1 for one in text) // width) or 1


def _records(run: Run, township: Division) -> tuple[list[dict[str, Any]], int, Decimal]:
    values: dict[str, Any] = {"run": run.pk, "scope": f"{township.pk}%"}
    with connection.cursor() as cursor:
        cursor.execute(_ROWS_AGAIN if run.is_reissue else _ROWS, values)
        found = cursor.fetchall()
    records: list[dict[str, Any]] = []
    total, households, people = ZERO, 0, 0
    for number, (name, identity, village, persons, amount, kind, bank, account, remark) in enumerate(
        found, 1
    ):
        total += amount
        if kind not in ("arrears", "recovery"):
            households += 1
            people += persons
        # A cell's number is a double in the file format; sums are made of the decimals.
        records.append(
            dict(
                zip(
                    _TITLES,
                    (
                        number,
                        name,
                        identity,
                        village,
                        persons,
                        float(amount),
                        _KINDS[kind],
                        bank,
                        account,
                        remark,
                    ),
                    strict=True,
                )
            )
        )
    records += _footer(run, total, households, people)
    return records, len(found), total


def _footer(run: Run, total: Decimal, households: int, people: int) -> list[dict[str, Any]]:
    empty: dict[str, Any] = dict.fromkeys(_TITLES)
    maker = str(run.maker) if run.maker_id else "系统"
    reviewer = str(run.reviewer) if run.reviewer_id else ""
    approver = str(run.approver) if run.approver_id and run.state not in (RunState.DRAFT,) else ""
    day = f"{timezone.localtime(run.locked_at):%Y年%m月%d日}" if run.locked_at else ""
    return [
        {
            **empty,
            "序号": "合计",
            "姓名": f"{households} 户",
            "身份证号": f"{people} 人",
            "保障人数": people,
            "发放金额": float(total),
            "开户银行": f"人民币大写：{in_capitals(total)}",
        },
        {
            **empty,
            "姓名": f"制表人：{maker}",
            "村(社区)": f"复核人：{reviewer}",
            "开户银行": f"审定人：{approver}",
            "备注": day,
        },
    ]
