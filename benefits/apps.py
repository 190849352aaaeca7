from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    name = "benefits"
    verbose_name = "待遇"

    def ready(self) -> None:
        from benefits import lists, matrix, panels
        from benefits.models import ChangeState
        from core import places, tones

        places.menu.add("业务", "待遇名册", "benefits:entitlements", roles=lists.READERS, order=130)
        places.menu.add(
            "业务", "暂缓发放", "benefits:holds", roles=lists.READERS, order=140, count=panels.open_holds
        )
        places.menu.add(
            "业务",
            "调标",
            "benefits:standard_changes",
            roles=lists.CHANGERS,
            order=150,
            count=panels.waiting_changes,
        )
        for place in ("person", "household"):
            places.panels.add(
                place,
                20,
                panels.holdings,
                roles=lists.READERS,
                title="待遇",
                key="holdings",
                count=panels.count,
            )
        places.menu.add(
            "查询统计", "项目之间的关系", "benefits:compatibility", roles=lists.READERS, order=640
        )
        for place in ("person", "entitlement"):
            places.panels.add(
                place,
                45,
                matrix.barred_panel,
                roles=lists.READERS,
                title="不能同享",
                key="barred",
                side=True,
            )
        tones.register(
            {
                ChangeState.DRAFT: "go",
                ChangeState.PROPOSED: "warn",
                ChangeState.APPLIED: "ok",
                ChangeState.REFUSED: "end",
            }
        )
