"""What only scoring is told."""

from shared.kernel.settings import ServiceSettings


class ScoringSettings(ServiceSettings):
    """Nothing beside what every service is told: what counts is in the city's policy."""
