"""grid 吹哨报到.

Decides: who may blow a whistle, until when departments owe what, whether they stand on the site.
Owns: whistles with the call of each department, incidents, terminals, rounds, a copy of who leads a case.
Hears: who leads a case and when that ends, units (router); which case an incident became (intake).
Says: whistle blown, signed, contacted, reported in, acted, scored, overdue, closed, cancelled;
      incident reported, handled, escalated; visit, inspection, track recorded.
"""
