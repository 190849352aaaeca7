"""`import_dibao FILE`: the old 低保 ledger taken over (contract §2)."""

from registry.batches import ImportCommand
from relief.dibao.importing import DibaoImporter


class Command(ImportCommand):
    help = "接收旧台账中的低保待遇（含已停保的），先用 --dry-run 看结果"
    importer_class = DibaoImporter
