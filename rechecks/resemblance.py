"""疑似同一人: whom a row of a list without ID numbers may mean, by name and birth date, with a score.

Registered persons of the same name born on that day (or in that month, where the list tells no more) resemble the row's
person; those whose village, or else township, is the row's too, more so. Of several only those that resemble it most
are put down, and less surely when they are several. The scores are dated parameters; nothing is ever done by a score.
"""

from collections.abc import Mapping

from django.db import connection

from core.bulk import copy_in
from district.models import Division
from rechecks.models import OutsideList
from registry.rules import Villages

SCORES = ("village", "township", "birth", "month_off", "several_off", "least")
ALIKE = """
CREATE TEMPORARY TABLE alike ON COMMIT DROP AS
WITH candidates AS (
    SELECT r.id AS row, p.id AS person, r.born_from < r.born_to AS month_alone,
           w.code = p.division_id AS same_village, left(w.code, 9) = left(p.division_id, 9) AS same_township,
           r.village || r.township = '' AS has_no_place
      FROM rechecks_listrow r
      JOIN registry_person p ON p.name = r.name AND p.birth_date BETWEEN r.born_from AND r.born_to
      JOIN listed_places w ON w.village = r.village AND w.township = r.township
     WHERE r.list_id = %(list)s
),
near AS (
    SELECT row, person,
           CASE WHEN same_village THEN %(village)s WHEN same_township THEN %(township)s ELSE %(birth)s END
           - CASE WHEN month_alone THEN %(month_off)s ELSE 0 END AS points,
           '姓名、' || CASE WHEN month_alone THEN '出生年月' ELSE '出生日期' END
           || CASE WHEN same_village THEN '、村（社区）一致' WHEN same_township THEN '、乡镇（街道）一致'
                   WHEN has_no_place THEN '一致，名单没有住址' ELSE '一致，住址不同' END AS words
      FROM candidates
),
nearest AS (
    SELECT near.*, rank() OVER (PARTITION BY row ORDER BY points DESC) AS place,
           count(*) OVER (PARTITION BY row, points) AS others
      FROM near
),
scored AS (
    SELECT row, person, points - CASE WHEN others > 1 THEN %(several_off)s ELSE 0 END AS score,
           words || CASE WHEN others > 1 THEN '；同样相符的登记居民有 ' || others || ' 人' ELSE '' END AS agreed
      FROM nearest WHERE place = 1
)
SELECT row, person, score, agreed FROM scored WHERE score >= %(least)s
"""


def find(made: OutsideList, scores: Mapping[str, int]) -> None:
    """Fill the temporary table `alike` (list row, person, score, what agreed) from a list without numbers."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS alike, listed_places")
        cursor.execute(
            "CREATE TEMPORARY TABLE listed_places (village text, township text, code text) ON COMMIT DROP"
        )
        copy_in("listed_places", ("village", "township", "code"), _places(made))
        cursor.execute("ANALYZE listed_places")
        cursor.execute(ALIKE, {**scores, "list": made.pk})
        cursor.execute("ANALYZE alike")


def _places(made: OutsideList) -> list[tuple[str, str, str]]:
    """Every place that the list writes, with the code of the village or township that it leads to."""
    villages = Villages(Division.objects.values_list("code", "name"))
    written = made.entries.order_by().values_list("village", "township").distinct()
    return [(village, township, villages.near(village, township)) for village, township in written]
