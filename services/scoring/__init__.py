"""scoring 考核: the ledger of what counts, and the three rates per unit with the cases behind each number.

decides  which facts count for which unit, in which period, and how much
owns     the entries (a case each), the whistles, the score lines folded from them
hears    every fact of router, survey and grid that a rate rests on, from `jiesu.case` and `jiesu.grid`; units
says     nothing yet
"""
