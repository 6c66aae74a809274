"""剔除 as SQL: whether an exclusion in force takes out a line `l`.

It takes out the case's lines of its period, wherever they are booked: one that came late, and a difference to
one that is settled, lie in a later period and say in `late_from` where they belong. A difference to a line
that had come late says there where that line lies; to which period both belong, the line itself says.
"""

EXCLUDING = """
LEFT JOIN exclusions x ON x.case_id = l.case_id AND x.period = l.period AND x.state = 'in_force'
LEFT JOIN exclusions late_x
    ON late_x.case_id = l.case_id AND late_x.period = l.late_from AND late_x.state = 'in_force'
LEFT JOIN (
    SELECT came_late.case_id, came_late.measure, came_late.because FROM exclusions of_late
    JOIN score_lines came_late ON came_late.case_id = of_late.case_id
        AND came_late.late_from = of_late.period AND came_late.number = 0
    WHERE of_late.state = 'in_force'
) first_x ON l.number > 0 AND first_x.case_id = l.case_id AND first_x.measure = l.measure
    AND first_x.because = l.because
    AND l.period NOT IN (SELECT period FROM months WHERE state = 'closed' AND traces_late IS NOT TRUE)
"""
"""Each join is to one row at most: no line is doubled. What was closed before the third was there is
read, and replayed, as it was closed.
"""
IS_EXCLUDED = "coalesce(x.case_id, late_x.case_id, first_x.case_id) IS NOT NULL"
