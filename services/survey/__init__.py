"""回访 survey: calls the citizen back and writes down what was said.

Decides: when and how a citizen is asked, when nobody can be reached, which result is scored.
Owns:    rounds of callbacks, their attempts, answers, checks and messages. Never a name or a phone number.
Hears:   case registered, resolved, answered, merged, unmerged, reopened, withdrawn, declined,
         anonymised.
Says:    callback scheduled, skipped, attempted, completed, rechecked, unreachable, cancelled.
"""
