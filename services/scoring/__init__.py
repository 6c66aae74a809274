"""scoring 考核: the ledger of what counts, and the three rates per unit with the cases behind each number.

decides  which facts count for which unit, in which period, and how much; exclusions, appeals, the close
owns     the entries (a case each), the whistles, the lines folded from them, exclusions, closed months,
         daily counts, hot spots, topics
hears    every fact of router, survey and grid that a rate rests on, from `jiesu.case` and `jiesu.grid`; units
says     exclusions and appeals decided, months closed, rates published, hot spots, topics: `jiesu.score`
"""
