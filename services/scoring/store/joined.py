"""并案: for whom a joined case's answer counts, as SQL. Whoever led the other case when the answer was given.

Looked up when read, so it does not matter which of the two cases was folded first; written down at the close.
"""

from services.scoring.store.counting import CASES
from services.scoring.store.excluding import EXCLUDING, IS_EXCLUDED

_LEADING = """
    SELECT x->>'unit' AS unit, (x->>'into')::uuid AS into_id
    FROM jsonb_array_elements(e.leads) x
    WHERE coalesce(x->>'opened', '') <= f.period
    ORDER BY (x->>'since')::timestamptz > f.at,
             abs(extract(epoch FROM (x->>'since')::timestamptz - f.at))
    LIMIT 1
"""
"""The last lead before the answer, or the first one after it; of those only that were known before the period
settled. A lead that came later would give a closed month's answer to a unit that the month does not know.
"""


def found(where: str) -> str:
    """`following` and `found` (case_id, because, unit) of the joined lines `l` that `where` picks."""
    return f"""
    following (case_id, because, at, period, into_id, unit) AS (
        SELECT l.case_id, l.because, l.at, l.period, l.joined_into, NULL::text FROM score_lines l
        WHERE l.unit IS NULL AND l.joined_into IS NOT NULL AND {where}
      UNION
        SELECT f.case_id, f.because, f.at, f.period, lead.into_id, lead.unit
        FROM following f JOIN entries e ON e.case_id = f.into_id CROSS JOIN LATERAL ({_LEADING}) lead
        WHERE f.unit IS NULL
    ),
    found AS (SELECT DISTINCT case_id, because, unit FROM following WHERE unit IS NOT NULL)"""


def counted(where: str) -> str:
    """The same, and `counted`: the lines with whose each is, whether it is excluded, and its cases."""
    return f"""WITH RECURSIVE {found(where)},
    counted AS (
        SELECT l.*, coalesce(l.unit, f.unit) AS whose, {IS_EXCLUDED} AS excluded,
               {CASES} AS counted_cases
        FROM score_lines l
        LEFT JOIN found f ON l.unit IS NULL AND f.case_id = l.case_id AND f.because = l.because
        {EXCLUDING}
        WHERE {where}
    )"""
