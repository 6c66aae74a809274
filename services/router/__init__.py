"""派单: the flat that decides which unit owes an answer, and the only writer of a case's status.

Decides: category, tier, place, lead and co-units, deadlines, returns, redos.
Owns: cases with their work orders, the directory's units as published.
Hears: case.registered and what its citizen asks, callback.scheduled and how it went, conference.held,
       hotspot.detected.
Says: every move of a case (`shared.lifecycle.case`), `case.move_refused`; units and lists as published.
"""
