"""`import_orgs FILE`: the old register of social organisations taken over (contract §8)."""

from orgs.importing import OrgImporter
from registry.batches import ImportCommand


class Command(ImportCommand):
    help = "接收旧名册中的社会组织（含已注销的），先用 --dry-run 看结果"
    importer_class = OrgImporter
