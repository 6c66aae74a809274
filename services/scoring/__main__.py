"""Run scoring alone: `python -m services.scoring`."""

from services.scoring.app import SERVICE
from shared.service import run

if __name__ == "__main__":
    run(SERVICE)
