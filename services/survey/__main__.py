"""Run survey alone: `python -m services.survey`."""

from services.survey.app import SERVICE
from shared.service import run

if __name__ == "__main__":
    run(SERVICE)
