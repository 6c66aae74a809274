"""What is done between database and services: topics, roles and migrations, seed."""

from deploy.local.plan import Step

STEPS: tuple[Step, ...] = ()
