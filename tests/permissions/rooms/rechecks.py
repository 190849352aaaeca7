"""A list, the recheck of a month, and a finding on the walked township's paid household, verified with a paper."""

import io
from typing import Any

from django.utils import timezone

from benefits.models import Entitlement
from core.files import TEXT
from core.jobs import run_job_inline
from rechecks import deciding, hearing, sampling, services
from rechecks.loading import load
from rechecks.models import Finding, Lead
from tests import factories
from tests.relief import stories


def build(world: dict[str, Any]) -> dict[str, Any]:
    holding = Entitlement.objects.get(pk=world["entitlement"])
    person = holding.person
    text = f"身份证号,姓名,死亡日期\n{person.id_number},{person.name},2020-03-02\n1,坏行,2020-01-01\n"
    made = load("death", io.BytesIO(text.encode()), "死亡名单.csv", stories.date(2020, 4, 20))
    recheck = services.start_recheck(stories.date(2020, 4, 1), enqueue=False)
    assert recheck.job is not None
    run_job_inline(recheck.job)
    finding = Finding.objects.get(entitlement=holding)
    clerk = factories.user("township_clerk")
    month = stories.date(2020, 5, 1)
    told = hearing.draft(finding, clerk, hearing.Intent("end", month, "派出所通报已去世。", "other"))
    by = hearing.Handed("direct", timezone.localdate(), "何经手", "家属签收")
    hearing.deliver(told, clerk, by, [("回证.txt", b"receipt", TEXT)])
    entry = deciding.Report(
        "keep", "本人健在。", "何经手", timezone.localdate(), files=[("照片.txt", b"photo", TEXT)]
    )
    deciding.report(finding, clerk, entry)
    verification = finding.verifications.get()
    officer = factories.user("bureau_officer")
    check = sampling.draw(stories.date(2020, 4, 1), 50, officer, 1)
    lead = Lead.objects.create(
        programme_id="dibao_urban",
        person_id=world["person"],
        division_id=factories.VILLAGE,
        ground="means",
        why="登记收入低于标准",
        first_month=stories.date(2020, 4, 1),
        last_month=stories.date(2020, 4, 1),
    )
    return {
        "lead": lead.pk,
        "spotcheck": check.pk,
        "spotitem": check.items.get(entitlement=holding).pk,
        "list": made.pk,
        "recheck": recheck.pk,
        "finding": finding.pk,
        "hearing": told.pk,
        "hearing_file": told.files.get().pk,
        "verification": verification.pk,
        "verification_file": verification.files.get().pk,
    }
