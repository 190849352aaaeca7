from registry.batches import ImportCommand
from registry.importing import RegistryImporter


class Command(ImportCommand):
    help = "导入居民与家庭登记表（每人一行）"
    importer_class = RegistryImporter
