"""survey 回访: calls the citizen back and writes down what was said.

Decides: when and how a citizen is asked, when nobody can be reached, which result is scored.
Owns:    rounds of callbacks, their attempts, answers, checks and messages. Never a name or a phone number.
Hears:   jiesu.case — registered, resolved, answered, merged, unmerged, reopened, withdrawn, declined,
         anonymised.
Says:    jiesu.case — callback scheduled, skipped, attempted, completed, rechecked, unreachable, cancelled.
"""
