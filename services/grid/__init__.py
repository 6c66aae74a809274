"""grid 吹哨报到.

Decides: who may blow a whistle, until when departments owe what, whether they stand on the site.
Owns: whistles with each department's call, incidents, tasks, terminals, photos, rounds, who leads a case.
Hears: who leads a case and when that ends, what became of a conference's division, units (router);
       which case an incident became (intake).
Says: whistle proposed, dropped, blown, signed, contacted, reported in, acted, scored, overdue, closed,
      cancelled; incident reported, handled, escalated; task given, reported, withdrawn; rounds recorded.
"""
