"""剔除 as SQL: whether an exclusion in force takes out a line `l`.

It takes out the case's lines of its period, wherever they are booked: one that came late, and a difference to
one that is settled, lie in a later period and say in `late_from` where they belong.
"""

EXCLUDING = """
LEFT JOIN exclusions x ON x.case_id = l.case_id AND x.period = l.period AND x.state = 'in_force'
LEFT JOIN exclusions late_x
    ON late_x.case_id = l.case_id AND late_x.period = l.late_from AND late_x.state = 'in_force'
"""
"""Two joins, each to one row at most: no line is doubled by an exclusion in either period."""
IS_EXCLUDED = "coalesce(x.case_id, late_x.case_id) IS NOT NULL"
