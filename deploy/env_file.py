"""What `make up` writes once: env.example with a random secret after each empty `…_PASSWORD=`.

Plain Python without the project's packages, so that it runs where nothing is installed.
"""

import os
import re
import secrets
import sys
from pathlib import Path


def filled(example: str) -> str:
    """The example with a secret of its own for each password that has none."""
    return re.sub(
        r"^(\w+_PASSWORD=)$", lambda line: line[1] + secrets.token_hex(24), example, flags=re.MULTILINE
    )


def write_once(example: Path, target: Path) -> bool:
    """Write the file so that only its owner reads it; one that is there is never touched."""
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(filled(example.read_text(encoding="utf-8")))
    return True


def main() -> int:
    """Write it and say so; names that a newer example has and the file lacks are told."""
    example, target = Path(sys.argv[1]), Path(sys.argv[2])
    if write_once(example, target):
        print(f"{target} written with new secrets; keep it")
        return 0
    lacking = sorted(_names(example) - _names(target))
    if lacking:
        print(f"{target} lacks {', '.join(lacking)}: see {example}", file=sys.stderr)
        return 1
    target.touch()
    return 0


def _names(path: Path) -> set[str]:
    return set(re.findall(r"^(\w+)=", path.read_text(encoding="utf-8"), flags=re.MULTILINE))


if __name__ == "__main__":
    sys.exit(main())
