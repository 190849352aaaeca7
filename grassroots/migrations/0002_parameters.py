"""The numbers of election law as dated parameters of the whole bureau, in force from 2019-01."""

from datetime import date

from django.db import migrations

ORGANIC = "《中华人民共和国村民委员会组织法》（2018）"
RESIDENTS = "《中华人民共和国城市居民委员会组织法》（2018）"
PRACTICE = "省选举办法，通行做法（○），由区局核对"
ROWS = (
    ("commission_days", 30, "日", PRACTICE, "选举委员会至迟在投票日多少日前产生"),
    ("roll_days", 20, "日", f"{ORGANIC}第十四条", "选民名单至迟在投票日多少日前公布"),
    ("objection_days", 5, "日", f"{ORGANIC}第十四条", "名单公布后多少日内可以申诉"),
    ("decision_days", 3, "日", f"{ORGANIC}第十四条", "收到申诉后多少日内处理"),
    ("nomination_days", 10, "日", PRACTICE, "提名至迟在投票日多少日前结束"),
    ("review_days", 7, "日", PRACTICE, "资格联审至迟在投票日多少日前完成"),
    ("candidates_days", 5, "日", PRACTICE, "正式候选人至迟在投票日多少日前公布"),
    ("further_days", 30, "日", PRACTICE, "再次投票、另行选举在前次投票后多少日内举行"),
    ("township_filing_days", 3, "日", PRACTICE, "乡镇（街道）在新一届产生后多少日内确认备案"),
    ("county_filing_days", 7, "日", PRACTICE, "区民政局在新一届产生后多少日内备案"),
    ("handover_days", 10, "日", f"{ORGANIC}第二十条", "新一届产生后多少日内完成移交"),
    ("certificate_days", 30, "日", PRACTICE, "新一届产生后多少日内换发证书"),
    ("recall_days", 30, "日", PRACTICE, "收到罢免要求后多少日内组织表决"),
    ("commission_least", 3, "人", PRACTICE, "选举委员会最少人数"),
    ("proxies_most", 3, "人", PRACTICE, "每名选民最多接受几人委托"),
    ("village_least", 3, "人", f"{ORGANIC}第六条", "村民委员会最少人数；法律修订中，以现行法为准"),
    ("village_most", 7, "人", f"{ORGANIC}第六条", "村民委员会最多人数；法律修订中，以现行法为准"),
    ("residents_least", 5, "人", f"{RESIDENTS}第七条", "居民委员会最少人数；法律修订中，以现行法为准"),
    ("residents_most", 9, "人", f"{RESIDENTS}第七条", "居民委员会最多人数；法律修订中，以现行法为准"),
    ("group_least", 2, "人", f"{RESIDENTS}第八条", "每个居民小组最少推选几名代表"),
    ("group_most", 3, "人", f"{RESIDENTS}第八条", "每个居民小组最多推选几名代表"),
    ("term_years", 5, "年", f"{ORGANIC}第十一条、{RESIDENTS}第八条", "每届任期"),
    ("runoff_share", 3, "分之一", f"{ORGANIC}第十五条", "另行选举当选所需得票：不少于已投票数的几分之一"),
    ("recall_voters_share", 5, "分之一", f"{ORGANIC}第十六条", "几分之一以上选民可提出罢免"),
    ("recall_representatives_share", 3, "分之一", f"{ORGANIC}第十六条", "几分之一以上代表可提出罢免"),
    (
        "woman_rule",
        "last_seat",
        "",
        PRACTICE,
        "当选人中没有妇女时：last_seat 得票最高且达到法定票数的妇女当选最后一席；open_seat 保留一席另行选举；none 不适用",
    ),
)


def load(apps, schema_editor):
    Parameter = apps.get_model("benefits", "Parameter")
    for key, value, unit, source, words in ROWS:
        Parameter.objects.create(
            programme=None,
            key=f"grassroots.{key}",
            value=value,
            unit=unit,
            effective_from=date(2019, 1, 1),
            source=source,
            help=words,
        )


def unload(apps, schema_editor):
    keys = [f"grassroots.{key}" for key, *_ in ROWS]
    apps.get_model("benefits", "Parameter").objects.filter(programme=None, key__in=keys).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("grassroots", "0001_grassroots"),
        ("benefits", "0007_policy_2019_tekun_temporary_elderly"),
    ]
    operations = [migrations.RunPython(load, unload)]
