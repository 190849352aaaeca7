"""`import_tekun FILE`: the old 特困 ledger taken over (contract §2)."""

from registry.batches import ImportCommand
from relief.tekun.importing import TekunImporter


class Command(ImportCommand):
    help = "接收旧台账中的特困供养（含已停止的），先用 --dry-run 看结果"
    importer_class = TekunImporter
