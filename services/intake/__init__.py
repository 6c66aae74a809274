"""受理 intake: the one door every request comes through.

Decides: whether a request can be taken, who may follow it, who may read a contact.
Owns: cases as they were told and what duplicates are found by, the contact vault and its readings, citizens' timelines, API keys.
Hears: router's moves and survey's callbacks, to keep each citizen's timeline; itself, to find duplicates.
Says: case registered, supplemented, urge asked, withdrawal asked, merge proposed.
"""
