"""Memory: one knock is one transaction of state, log, outbox and inbox. Postgres only."""
