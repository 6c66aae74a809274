"""考核 scoring: the ledger of what counts, and the three rates of each unit, with the cases behind them.

Decides: which facts count for which unit, in which period, and how much; exclusions, appeals, the close.
Owns:    entries (a case each), whistles, the lines folded from them, exclusions, closed months, daily counts,
         hot spots, topics.
Hears:   every fact of intake, router, survey and grid that a number rests on; units.
Says:    exclusions and appeals decided, months closed, rates published, hot spots, topics.
"""
