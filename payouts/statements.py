"""The set-based statements that make a run: what is due in a month, what earlier months still owe, what was overpaid.

All take named parameters: `run`, `programme`, `month`, `today`, `scope` (a LIKE pattern over division codes), `barred`
(keys of entitlements that the matrix of programmes keeps from being paid, mostly none), and where the past is looked
at `first` (the programme's first month here) and `until` (the month before the run's).

The account of a month: owed is the amount of the entitlement in force; accounted is what regular payments gave plus
all differences found so far. Their gap is a new difference. A payment whose transfer failed and was given up counts
as never made. A month under a hold is not owed while nothing was paid for it; a hold never takes back what was paid.
"""

COLUMNS = """
    (run_id, entitlement_id, programme_id, beneficiary_id, household_id, person_id, payee_id, payee_institution_id,
     division_id, month, kind, is_base, amount, persons, assessment_id, difference_id, head_name, payee_name,
     payee_id_number, household_number, village_name, bank, account_number, account_name, note)
"""


def _accounts(institution: str) -> str:
    """The account that stands open today, `own` of the payee or `theirs` of the home; at most one of them is found."""
    return f"""
    LEFT JOIN registry_institution care ON care.id = {institution}
    LEFT JOIN registry_payeeaccount own ON own.person_id = payee.id AND {institution} IS NULL
                                    AND own.since <= %(today)s AND (own.until IS NULL OR own.until > %(today)s)
    LEFT JOIN (SELECT * FROM registry_payeeaccount WHERE institution_id IS NOT NULL AND since <= %(today)s
                  AND (until IS NULL OR until > %(today)s)) theirs ON theirs.institution_id = {institution}
    """


# Who the money goes to, as the registry knows it today; frozen with the payment. Who has no account is paid on the
# sheet all the same (what is owed is the run's total) and becomes a failed line when the run is locked.
_PAYEE = f"""
    JOIN registry_person head ON head.id = e.person_id
    JOIN registry_person payee ON payee.id = coalesce(e.payee_id, e.person_id)
    JOIN district_division village ON village.code = e.division_id
    LEFT JOIN registry_household home ON home.id = e.household_id
    {_accounts("e.payee_institution_id")}
"""
_BANK = "coalesce(own.bank, theirs.bank, '')"
_NUMBER = "coalesce(own.number, theirs.number, '')"
_HOLDER = "coalesce(own.holder_name, theirs.holder_name, '')"
_SNAPSHOT = f"""
    head.name, coalesce(care.name, payee.name), payee.id_number, coalesce(home.number, ''), village.name,
    {_BANK}, {_NUMBER}, {_HOLDER},
    concat_ws('；', '付至' || care.name, CASE WHEN {_NUMBER} = '' THEN '缺账号' END)
"""


def _held(month: str) -> str:
    return f"""EXISTS (SELECT FROM benefits_hold h WHERE h.entitlement_id = e.id AND h.lifted_at IS NULL
                AND h.first_month <= {month} AND (h.last_month IS NULL OR h.last_month >= {month}))"""


# What the matrix of programmes bars from being paid beside another (`benefits.pairs`); kept back like what is held.
_BARRED = "e.id = ANY(%(barred)s::bigint[])"

_LIVE = """
    e.programme_id = %(programme)s AND e.division_id LIKE %(scope)s AND NOT e.is_void AND e.monthly_amount > 0
    AND NOT e.is_one_off AND e.first_month <= %(month)s AND (e.last_month IS NULL OR e.last_month >= %(month)s)
"""
_ONE_OFF = """
    e.programme_id = %(programme)s AND e.division_id LIKE %(scope)s AND NOT e.is_void AND e.monthly_amount > 0
    AND e.is_one_off AND e.first_month <= %(month)s
"""
_ONE_OFF_UNPAID = f"""
    {_ONE_OFF} AND NOT EXISTS (SELECT FROM payouts_payment p WHERE p.entitlement_id = e.id AND p.kind = 'one_off')
"""

INSERT_REGULAR = f"""
INSERT INTO payouts_payment {COLUMNS}
SELECT %(run)s, e.id, e.programme_id, e.beneficiary_id, e.household_id, e.person_id, payee.id,
       e.payee_institution_id, e.division_id, %(month)s, 'regular', true, e.monthly_amount, e.persons, e.assessment_id,
       NULL, {_SNAPSHOT}
  FROM benefits_entitlement e {_PAYEE}
 WHERE {_LIVE} AND NOT {_held("%(month)s")} AND NOT {_BARRED}
ON CONFLICT DO NOTHING
"""

INSERT_ONE_OFF = f"""
INSERT INTO payouts_payment {COLUMNS}
SELECT %(run)s, e.id, e.programme_id, e.beneficiary_id, e.household_id, e.person_id, payee.id,
       e.payee_institution_id, e.division_id, e.first_month, 'one_off', true, e.monthly_amount, e.persons,
       e.assessment_id, NULL, {_SNAPSHOT}
  FROM benefits_entitlement e {_PAYEE}
 WHERE {_ONE_OFF_UNPAID} AND NOT {_held("%(month)s")}
ON CONFLICT DO NOTHING
"""


def _left_out(condition: str, paid: str) -> str:
    return f"""
    SELECT count(*) FILTER (WHERE elsewhere),
           count(*) FILTER (WHERE NOT elsewhere AND NOT here AND held),
           count(*) FILTER (WHERE without_account)
      FROM (SELECT coalesce(p.run_id <> %(run)s, false) AS elsewhere, coalesce(p.run_id = %(run)s, false) AS here,
                   coalesce(p.run_id = %(run)s AND p.account_number = '', false) AS without_account,
                   {_held("%(month)s")} OR {_BARRED} AS held
              FROM benefits_entitlement e LEFT JOIN payouts_payment p ON {paid}
             WHERE {condition}) rows
    """


LEFT_OUT = _left_out(
    _LIVE,
    "p.beneficiary_id = e.beneficiary_id AND p.programme_id = e.programme_id AND p.month = %(month)s"
    " AND p.is_base AND p.kind <> 'one_off'",
)
# Of earlier months only what this run pays or could not; what their own runs paid is settled.
LEFT_OUT_ONE_OFF = _left_out(
    f"{_ONE_OFF} AND (e.first_month = %(month)s OR p.id IS NULL OR p.run_id = %(run)s)",
    "p.entitlement_id = e.id AND p.kind = 'one_off'",
)

IS_ANYTHING_DUE = f"SELECT EXISTS (SELECT FROM benefits_entitlement e WHERE {_LIVE})"
IS_ANY_ONE_OFF_DUE = f"""
SELECT EXISTS (SELECT FROM benefits_entitlement e WHERE {_ONE_OFF_UNPAID} AND NOT {_held("%(month)s")})
"""

# Live entitlements of the month that the run does not pay, with the reason, for the run's page.
LIVE_NOT_PAID = f"""
SELECT e.id, {_held("%(month)s")} AS held
  FROM benefits_entitlement e
 WHERE {_LIVE} AND NOT EXISTS (
       SELECT FROM payouts_payment p WHERE p.beneficiary_id = e.beneficiary_id AND p.programme_id = e.programme_id
          AND p.month = %(month)s AND p.is_base AND p.kind <> 'one_off')
"""

ONE_OFF_NOT_PAID = f"""
SELECT e.id, {_held("%(month)s")} AS held FROM benefits_entitlement e WHERE {_ONE_OFF_UNPAID}
"""
ONE_OFF_WAITING = f"""
SELECT count(*), sum(e.monthly_amount) FROM benefits_entitlement e
 WHERE {_ONE_OFF_UNPAID} AND NOT {_held("%(month)s")}
"""

# --- the past ---

# Each beneficiary's newest entitlement says to which township the account of its past belongs.
_HOME = """
home AS (
    SELECT * FROM (
        SELECT DISTINCT ON (e.beneficiary_id) e.*
          FROM benefits_entitlement e
         WHERE e.programme_id = %(programme)s AND NOT e.is_one_off AND e.beneficiary_id IN (
               SELECT beneficiary_id FROM benefits_entitlement
                WHERE programme_id = %(programme)s AND division_id LIKE %(scope)s AND NOT is_one_off)
         ORDER BY e.beneficiary_id, e.is_void, e.first_month DESC, e.id DESC) newest
     WHERE newest.division_id LIKE %(scope)s
)
"""
_GIVEN_UP = """
given_up AS (
    SELECT t.origin_run_id AS run_id, t.beneficiary_id FROM payouts_transfer t
      JOIN payouts_run r ON r.id = t.origin_run_id
     WHERE r.programme_id = %(programme)s AND t.state = 'failed' AND t.given_up_at IS NOT NULL
)
"""
_OWED = f"""
owed AS (
    SELECT e.beneficiary_id, g.month::date AS month, e.id AS entitlement_id, e.monthly_amount AS amount,
           {_held("g.month")} OR {_BARRED} AS held
      FROM home JOIN benefits_entitlement e ON e.beneficiary_id = home.beneficiary_id
                                           AND e.programme_id = home.programme_id AND NOT e.is_void AND NOT e.is_one_off
      CROSS JOIN LATERAL generate_series(greatest(e.first_month, %(first)s::date)::timestamp,
                                         least(coalesce(e.last_month, %(until)s::date), %(until)s::date)::timestamp,
                                         interval '1 month') AS g(month)
)
"""
_POSITIONS = f"""
{_HOME}, {_GIVEN_UP}, {_OWED},
accounted AS (
    SELECT beneficiary_id, month, sum(amount) AS amount FROM (
        SELECT p.beneficiary_id, p.month, p.amount
          FROM payouts_payment p JOIN home ON home.beneficiary_id = p.beneficiary_id
         WHERE p.programme_id = %(programme)s AND p.kind = 'regular' AND p.is_base
           AND p.month BETWEEN %(first)s AND %(until)s
           AND NOT EXISTS (SELECT FROM given_up g WHERE g.run_id = p.run_id AND g.beneficiary_id = p.beneficiary_id)
        UNION ALL
        SELECT d.beneficiary_id, d.month, d.amount - d.cancelled
          FROM payouts_difference d JOIN home ON home.beneficiary_id = d.beneficiary_id
         WHERE d.programme_id = %(programme)s AND d.month BETWEEN %(first)s AND %(until)s AND d.amount <> d.cancelled
    ) booked GROUP BY 1, 2
),
positions AS (
    SELECT home.beneficiary_id, both_sides.month, both_sides.entitlement_id, both_sides.unpaid, both_sides.need
      FROM (SELECT coalesce(o.beneficiary_id, a.beneficiary_id) AS beneficiary_id, coalesce(o.month, a.month) AS month,
                   o.entitlement_id, o.held, a.month IS NULL AS unpaid,
                   coalesce(o.amount, 0) - coalesce(a.amount, 0) AS need
              FROM owed o FULL JOIN accounted a ON a.beneficiary_id = o.beneficiary_id AND a.month = o.month) both_sides
      JOIN home ON home.beneficiary_id = both_sides.beneficiary_id
     WHERE both_sides.need <> 0 AND NOT (both_sides.need > 0 AND coalesce(both_sides.held, false))
)
"""
_REMAINING = """
settled AS (
    SELECT p.difference_id, sum(p.amount) AS amount
      FROM payouts_payment p
     WHERE p.difference_id IS NOT NULL AND p.programme_id = %(programme)s
       AND NOT EXISTS (SELECT FROM given_up g WHERE g.run_id = p.run_id AND g.beneficiary_id = p.beneficiary_id)
     GROUP BY 1
),
open_differences AS (
    SELECT d.*, d.amount - d.cancelled - coalesce(s.amount, 0) AS remaining
      FROM payouts_difference d JOIN home ON home.beneficiary_id = d.beneficiary_id
      LEFT JOIN settled s ON s.difference_id = d.id
     WHERE d.programme_id = %(programme)s AND d.claim_id IS NULL
       AND d.amount - d.cancelled <> coalesce(s.amount, 0)
)
"""

# A failed transfer whose months are no longer owed as they stand is neither reissued nor recovered.
GIVE_UP_UNOWED = f"""
WITH {_HOME}, {_OWED}
UPDATE payouts_transfer t SET given_up_at = clock_timestamp(), given_up_reason = '待遇已变更或停发，不再重发'
  FROM payouts_run r, home
 WHERE t.origin_run_id = r.id AND r.programme_id = %(programme)s AND home.beneficiary_id = t.beneficiary_id
   AND t.state = 'failed' AND t.given_up_at IS NULL
   AND NOT EXISTS (SELECT FROM payouts_transfer later WHERE later.origin_run_id = t.origin_run_id
                      AND later.beneficiary_id = t.beneficiary_id AND later.attempt > t.attempt)
   AND EXISTS (SELECT FROM payouts_payment p
                 LEFT JOIN owed o ON o.beneficiary_id = p.beneficiary_id AND o.month = p.month
                WHERE p.run_id = t.origin_run_id AND p.beneficiary_id = t.beneficiary_id AND p.kind = 'regular'
                  AND p.month BETWEEN %(first)s AND %(until)s AND coalesce(o.amount, 0) <> p.amount)
"""

# New gaps against open differences of the other sign: those are cancelled first (no money has moved for them).
OPPOSITE = f"""
WITH {_POSITIONS}, {_REMAINING}
SELECT n.need, d.id, d.remaining, n.beneficiary_id, n.month
  FROM positions n JOIN open_differences d ON d.beneficiary_id = n.beneficiary_id AND d.month = n.month
 WHERE sign(n.need) <> sign(d.remaining)
 ORDER BY n.beneficiary_id, n.month, d.id DESC
"""

INSERT_DIFFERENCES = f"""
WITH {_POSITIONS}
INSERT INTO payouts_difference
       (programme_id, beneficiary_id, entitlement_id, division_id, month, amount, cancelled, reason,
        found_by_id, found_at)
SELECT %(programme)s, n.beneficiary_id, coalesce(n.entitlement_id, home.id), home.division_id, n.month, n.need, 0,
       CASE WHEN n.unpaid THEN '当月应发未发'
            WHEN n.entitlement_id IS NULL AND home.last_month < n.month
                 THEN '自 ' || to_char(home.last_month + interval '1 month', 'YYYY-MM') || ' 起停发：'
                      || coalesce(%(reasons)s::jsonb ->> home.end_reason, '其他')
            WHEN n.entitlement_id IS NULL THEN '待遇作废或变更'
            ELSE coalesce(nullif(e.change_reason, ''), '待遇变更') END,
       %(run)s, clock_timestamp()
  FROM positions n JOIN home ON home.beneficiary_id = n.beneficiary_id
  LEFT JOIN benefits_entitlement e ON e.id = n.entitlement_id
 ORDER BY home.division_id, n.beneficiary_id, n.month
"""

# One payee a run and beneficiary: the one of the month's own payment where there is one.
INSERT_ARREARS = f"""
WITH {_HOME}, {_GIVEN_UP}, {_REMAINING}
INSERT INTO payouts_payment {COLUMNS}
SELECT %(run)s, d.entitlement_id, d.programme_id, d.beneficiary_id, e.household_id, e.person_id, payee.id,
       care.id, e.division_id, d.month, 'arrears',
       NOT EXISTS (SELECT FROM payouts_payment p WHERE p.beneficiary_id = d.beneficiary_id
                      AND p.programme_id = d.programme_id AND p.month = d.month AND p.is_base AND p.kind <> 'one_off')
       AND d.id = (SELECT min(o.id) FROM open_differences o
                    WHERE o.beneficiary_id = d.beneficiary_id AND o.month = d.month AND o.remaining > 0),
       d.remaining, was.persons, was.assessment_id, d.id, head.name,
       coalesce(r.payee_name, care.name, payee.name), coalesce(r.payee_id_number, payee.id_number),
       coalesce(hh.number, ''), village.name, coalesce(r.bank, {_BANK}), coalesce(r.account_number, {_NUMBER}),
       coalesce(r.account_name, {_HOLDER}),
       left(concat_ws('；', '付至' || care.name,
                      CASE WHEN coalesce(r.account_number, {_NUMBER}) = '' THEN '缺账号' END,
                      '补 ' || to_char(d.month, 'YYYY-MM') || '：' || d.reason), 200)
  FROM open_differences d JOIN home e ON e.beneficiary_id = d.beneficiary_id
  JOIN benefits_entitlement was ON was.id = d.entitlement_id
  LEFT JOIN payouts_payment r ON r.run_id = %(run)s AND r.beneficiary_id = d.beneficiary_id AND r.kind = 'regular'
  JOIN registry_person head ON head.id = e.person_id
  JOIN registry_person payee ON payee.id = coalesce(r.payee_id, e.payee_id, e.person_id)
  JOIN district_division village ON village.code = e.division_id
  LEFT JOIN registry_household hh ON hh.id = e.household_id
  {_accounts("CASE WHEN r.id IS NULL THEN e.payee_institution_id ELSE r.payee_institution_id END")}
 WHERE d.remaining > 0 AND d.month <= %(until)s AND NOT {_held("%(month)s")} AND NOT {_BARRED}
ON CONFLICT DO NOTHING
"""

# Up to the share of the month's own amount, oldest first.
INSERT_RECOVERIES = f"""
WITH {_HOME}, {_GIVEN_UP}, {_REMAINING},
queue AS (
    SELECT d.*, r.id AS regular_id,
           -sum(d.remaining) OVER (PARTITION BY d.beneficiary_id ORDER BY d.month, d.id) + d.remaining AS before,
           trunc(r.amount * %(share)s, 2) + coalesce((
               SELECT sum(p.amount) FROM payouts_payment p WHERE p.run_id = %(run)s
                  AND p.beneficiary_id = d.beneficiary_id AND p.kind = 'recovery'), 0) AS room
      FROM open_differences d
      JOIN payouts_payment r ON r.run_id = %(run)s AND r.beneficiary_id = d.beneficiary_id AND r.kind = 'regular'
     WHERE d.remaining < 0 AND d.month <= %(until)s
)
INSERT INTO payouts_payment {COLUMNS}
SELECT %(run)s, q.entitlement_id, q.programme_id, q.beneficiary_id, r.household_id, r.person_id, r.payee_id,
       r.payee_institution_id, r.division_id, q.month, 'recovery', false, -least(-q.remaining, q.room - q.before),
       was.persons, was.assessment_id, q.id,
       r.head_name, r.payee_name, r.payee_id_number, r.household_number, r.village_name, r.bank, r.account_number,
       r.account_name,
       left(concat_ws('；', CASE WHEN r.payee_institution_id IS NOT NULL THEN '付至' || r.payee_name END,
                      '扣 ' || to_char(q.month, 'YYYY-MM') || '：' || q.reason), 200)
  FROM queue q JOIN payouts_payment r ON r.id = q.regular_id
  JOIN benefits_entitlement was ON was.id = q.entitlement_id
 WHERE q.room > q.before
ON CONFLICT DO NOTHING
"""

# What was overpaid to beneficiaries who will not be paid any more.
NOTHING_LIVE = f"""
WITH {_HOME}, {_GIVEN_UP}, {_REMAINING}
SELECT d.beneficiary_id, home.household_id, home.person_id, home.division_id, -sum(d.remaining), array_agg(d.id)
  FROM open_differences d JOIN home ON home.beneficiary_id = d.beneficiary_id
 WHERE d.remaining < 0
   AND NOT EXISTS (SELECT FROM benefits_entitlement e WHERE e.beneficiary_id = d.beneficiary_id
                      AND e.programme_id = %(programme)s AND NOT e.is_void AND NOT e.is_one_off
                      AND (e.last_month IS NULL OR e.last_month >= %(month)s))
 GROUP BY 1, 2, 3, 4
"""
