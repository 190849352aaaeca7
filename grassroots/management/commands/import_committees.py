"""`import_committees FILE`: members of village and residents' committees from the old ledger (contract §8)."""

from grassroots.importing import CommitteeImporter
from registry.batches import ImportCommand


class Command(ImportCommand):
    help = "接收旧台账中的村（居）委会成员、任期和统一社会信用代码，先用 --dry-run 看结果"
    importer_class = CommitteeImporter
