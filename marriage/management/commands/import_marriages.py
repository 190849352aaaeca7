"""`import_marriages FILE`: an old marriage register taken over (contract §8)."""

from marriage.importing import MarriageImporter
from registry.batches import ImportCommand


class Command(ImportCommand):
    help = "接收旧婚姻登记簿（结婚、离婚、补发），先用 --dry-run 看结果"
    importer_class = MarriageImporter
