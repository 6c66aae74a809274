"""吹哨报到 grid: departments called to the site, and what grid workers and residents do on the spot.

Decides: who may blow a whistle, until when departments owe what, whether they stand on the site.
Owns:    whistles, incidents, tasks, rounds, photos, terminals; deliberations, micro-projects, foundations,
         conferences; who leads a case.
Hears:   who leads a case and when that ends, what became of a conference's division, units; which case an
         incident became.
Says:    every step of a whistle, incident, task, deliberation and micro-project; conferences held, rounds
         recorded, foundations ticked.
"""
