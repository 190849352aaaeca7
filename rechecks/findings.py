"""Hits → findings: made, found again, come back when their evidence changed, or left in peace when cleared."""

from datetime import date

from django.db import connection

from rechecks.models import CLEARED, Recheck

# One row a holding × person; `o` is whom the row means, another than the head where a member's dwelling counts. Several
# rows that only resemble are as sure as the least of them. The hash is of what the rows say: a newer list with the same
# words changes nothing.
FOUND = """
CREATE TEMPORARY TABLE found ON COMMIT DROP AS
SELECT e.programme_id, e.beneficiary_id, h.person AS person_id, min(e.id) AS entitlement_id,
       min(e.household_id) AS household_id, min(e.division_id) AS division_id,
       bool_or(e.last_month IS NULL) AS goes_on,
       bool_or(replace(o.name, ' ', '') <> replace(r.name, ' ', '')) AS name_mismatch, min(h.score) AS score,
       jsonb_agg(jsonb_build_object('list', r.list_id, 'row', r.row_no, 'id_number', r.id_number, 'name', r.name,
                                    'day', r.day, 'amount', r.amount::text, 'data', r.data)
                 || CASE WHEN h.score IS NULL THEN '{}' ELSE jsonb_build_object(
                        'score', h.score, 'agreed', h.agreed, 'place', r.township || r.village,
                        'born', CASE WHEN r.born_from < r.born_to THEN to_char(r.born_from, 'YYYY-MM')
                                     ELSE r.born_from::text END) END
                 ORDER BY r.row_no) AS evidence,
       md5(string_agg(concat_ws('|', r.id_number, r.name, r.day, r.amount, r.data::text,
                                nullif(r.township || r.village, ''), r.born_from), E'\\n'
                      ORDER BY r.id_number, r.name, r.day, r.amount, r.data::text)) AS evidence_hash
  FROM hits h
  JOIN benefits_entitlement e ON e.id = h.entitlement
  JOIN rechecks_listrow r ON r.id = h.row
  JOIN registry_person o ON o.id = h.owner
 GROUP BY e.programme_id, e.beneficiary_id, h.person
"""
# Decided and found again with other evidence, closed though the holding goes on: somebody must look once more.
_COMES_BACK = """
    (f.evidence_hash <> n.evidence_hash AND f.state = ANY(%(cleared)s)
     OR f.state = 'ended' AND n.goes_on OR f.state = 'gone' AND n.goes_on)
"""
AGAIN = f"""
WITH before AS (
    SELECT f.id, {_COMES_BACK} AS comes_back, f.evidence_hash <> n.evidence_hash AS has_changed
      FROM rechecks_finding f JOIN found n USING (programme_id, beneficiary_id, person_id)
     WHERE f.kind = %(kind)s
       AND (f.evidence_hash <> n.evidence_hash OR f.recheck_id <> %(recheck)s
            OR f.entitlement_id <> n.entitlement_id OR f.division_id <> n.division_id OR {_COMES_BACK})
),
touched AS (
    UPDATE rechecks_finding f
       SET recheck_id = %(recheck)s, entitlement_id = n.entitlement_id, household_id = n.household_id,
           division_id = n.division_id, last_month = greatest(f.last_month, %(month)s),
           evidence = n.evidence, evidence_hash = n.evidence_hash, name_mismatch = n.name_mismatch, score = n.score,
           state = CASE WHEN b.comes_back THEN 'open' ELSE f.state END,
           due_on = CASE WHEN b.comes_back THEN %(due)s ELSE f.due_on END,
           proposal = CASE WHEN b.comes_back THEN '' ELSE f.proposal END,
           version = f.version + (b.comes_back OR b.has_changed)::int
      FROM found n, before b
     WHERE b.id = f.id AND f.programme_id = n.programme_id AND f.beneficiary_id = n.beneficiary_id
       AND f.person_id = n.person_id
),
told AS (
    INSERT INTO rechecks_findingevent (finding_id, at, actor_id, label, words)
    SELECT id, clock_timestamp(), NULL, '再次发现', '名单内容有变化，或待遇仍在发放，须重新核查。'
      FROM before WHERE comes_back
)
SELECT count(*) FROM before WHERE comes_back
"""
NEW = """
WITH made AS (
    INSERT INTO rechecks_finding
           (recheck_id, programme_id, beneficiary_id, entitlement_id, household_id, person_id, division_id, kind,
            name_mismatch, score, evidence, evidence_hash, state, first_month, last_month, due_on, proposal, found_at,
            version)
    SELECT %(recheck)s, n.programme_id, n.beneficiary_id, n.entitlement_id, n.household_id, n.person_id,
           n.division_id, %(kind)s, n.name_mismatch, n.score, n.evidence, n.evidence_hash, 'open', %(month)s, %(month)s,
           %(due)s, '', clock_timestamp(), 1
      FROM found n
    ON CONFLICT ON CONSTRAINT finding_once DO NOTHING
    RETURNING id
),
told AS (
    INSERT INTO rechecks_findingevent (finding_id, at, actor_id, label, words)
    SELECT id, clock_timestamp(), NULL, '发现疑点', '' FROM made
)
SELECT count(*) FROM made
"""
# Open findings of a list that no longer says so, or whose holding is over: nobody has to look at them any more.
GONE = """
WITH over AS (
    UPDATE rechecks_finding f SET state = 'gone', version = f.version + 1
     WHERE f.kind = %(kind)s AND f.state = 'open' AND f.last_month <= %(month)s
       AND NOT EXISTS (SELECT FROM found n WHERE n.programme_id = f.programme_id
                          AND n.beneficiary_id = f.beneficiary_id AND n.person_id = f.person_id)
    RETURNING f.id
),
told AS (
    INSERT INTO rechecks_findingevent (finding_id, at, actor_id, label, words)
    SELECT id, clock_timestamp(), NULL, '不再命中', '最新名单或待遇已无此情况。' FROM over
)
SELECT count(*) FROM over
"""


def write(recheck: Recheck, kind: str, due: date) -> tuple[int, int]:
    """Findings of one kind from `hits`. Gives (new ones, those that came back)."""
    values = {
        "recheck": recheck.pk,
        "kind": kind,
        "month": recheck.month,
        "due": due,
        "cleared": [str(state) for state in CLEARED],
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS found")
        cursor.execute(FOUND)
        cursor.execute(AGAIN, values)
        (back,) = cursor.fetchone()
        cursor.execute(NEW, values)
        (new,) = cursor.fetchone()
        cursor.execute(GONE, values)
    return new, back
