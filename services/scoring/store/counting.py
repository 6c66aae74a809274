"""诉求量 as SQL: how many cases a line counts, and whether it counts for anything."""

CASES = """coalesce(l.cases, CASE WHEN l.measure = 'response' AND l.is_lead AND l.redo = 0 AND l.number = 0
                               THEN l.denominator ELSE 0 END)"""
"""Of a line `l`. One that was written before cases were told is read as it was counted then: a divided case
once for each of its leads, an adjustment never.
"""
COUNTS = "(denominator <> 0 OR numerator <> 0 OR counted_cases <> 0)"
"""Of what `joined.counted` makes."""
IS_COUNTED = "(l.denominator <> 0 OR l.numerator <> 0 OR l.cases <> 0)"
"""Of a line `l`: where `cases` was not told there are none without a denominator."""
