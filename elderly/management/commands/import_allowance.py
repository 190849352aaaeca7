"""`import_allowance FILE`: the old ledger of 高龄津贴 and 长寿金 taken over (contract §2)."""

from elderly.importing import AllowanceImporter
from registry.batches import ImportCommand


class Command(ImportCommand):
    help = "接收旧台账中的高龄津贴和长寿金（含已停发的），先用 --dry-run 看结果"
    importer_class = AllowanceImporter
