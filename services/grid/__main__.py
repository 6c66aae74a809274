"""Run grid alone: `python -m services.grid`."""

from services.grid.app import SERVICE
from shared.service import run

if __name__ == "__main__":
    run(SERVICE)
