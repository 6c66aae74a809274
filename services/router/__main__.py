"""Run router alone: `python -m services.router`."""

from services.router.app import SERVICE
from shared.service import run

if __name__ == "__main__":
    run(SERVICE)
