from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = "居民与家庭"

    def ready(self):
        from core import places, tones
        from registry import batches, importing, search
        from registry.lists import ImportList
        from registry.models import ImportState, PayeeAccount, Person

        assert importing.RegistryImporter.kind == "registry"  # reading the module makes the ledger known
        places.menu.add("对象", "居民", "registry:persons", roles=search.READERS, order=210)
        places.menu.add("对象", "家庭", "registry:households", roles=search.READERS, order=220)
        places.menu.add(
            "对象",
            "批量导入",
            "registry:imports",
            roles=ImportList.roles - {"township_leader"},
            order=230,
            when=lambda user: user.role not in batches.IMPORTING or bool(batches.importable(user)),
        )
        places.menu.add("对象", "供养机构", "registry:institutions", roles=search.READERS, order=225)
        places.search.add(search.persons, order=10)
        places.search.add(search.households, order=20)
        places.search.add(search.villages, order=30)
        for field, label in (("id_number", "身份证号"), ("phone", "联系电话")):
            places.reveals.add(
                f"person.{field}",
                queryset=lambda user: Person.objects.visible_to(user),
                value=lambda person, field=field: getattr(person, field),
                target=lambda person, label=label: f"{person.name} {label}",
                roles=search.READERS,
            )
        places.reveals.add(
            "account.number",
            queryset=lambda user: PayeeAccount.objects.visible_to(user).select_related(
                "person", "institution"
            ),
            value=lambda account: account.number,
            target=lambda account: f"{account.owner.name} 银行账号",
            roles=search.READERS,
        )
        tones.register(
            {
                ImportState.CHECKING: "go",
                ImportState.CHECKED: "warn",
                ImportState.WRITING: "go",
                ImportState.WRITTEN: "ok",
                ImportState.UNDONE: "end",
                ImportState.DISCARDED: "end",
                ImportState.FAILED: "bad",
            }
        )
