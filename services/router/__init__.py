"""派单 router: decides which unit owes an answer; the only writer of a case's status.

Decides: category, tier, place, lead and co-units, deadlines, returns, redos.
Owns:    cases with their work orders, the directory, responsibility lists, who was told whom to call.
Hears:   case registered and what its citizen asks, how its callback went, conference held, hot spot detected.
Says:    every move of a case (`shared.lifecycle.case`) or its refusal, findings, co-orders, hot spots taken
         up; units and lists as published.
"""
