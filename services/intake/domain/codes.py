"""受理编号 and 查询码: numbers people read out, write down and mistype.

Both use 32 characters without I, L, O, U; what is read as 1 or 0 is taken as 1 or 0. The number's last
character is ISO 7064 MOD 37,36 and not MOD 11,10, because the number has letters: it finds every single
mistyped character and nearly every swap of neighbours. It protects against slips, not against guessing:
that is the access code's work, 50 random bits.
"""

from datetime import date
from typing import NewType

from stdnum.iso7064 import mod_37_36

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TrackingNumber = NewType("TrackingNumber", str)
AccessCode = NewType("AccessCode", str)

NUMBER_NOISE = 5
"""Random bytes in a tracking number: 8 characters, so that numbers cannot be walked through."""
CODE_NOISE = 7
"""Random bytes an access code is made of; 50 of their bits are used."""
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


def spelled(noise: bytes, length: int) -> str:
    """The last `length` × 5 bits of some noise in characters people can read out."""
    bits = int.from_bytes(noise)
    return "".join(ALPHABET[(bits >> 5 * place) & 31] for place in range(length))


def tracking_number(prefix: str, day: date, noise: bytes) -> TrackingNumber | None:
    """`BJ261122-7K3M9QXA-4`; None when the check character would be one that is misread: draw again."""
    head, body = f"{prefix}{day:%y%m%d}", spelled(noise, 8)
    check = mod_37_36.calc_check_digit(head + body)
    return TrackingNumber(f"{head}-{body}-{check}") if check in ALPHABET else None


def read_tracking_number(written: str) -> TrackingNumber | None:
    """The number as it is stored, from however it was written; None when it cannot be one of ours."""
    upper = written.strip().upper()
    plain = upper[:2] + upper[2:].translate(_READ_AS)
    is_ours = len(plain) == 17 and plain.isascii() and plain.isalnum() and mod_37_36.is_valid(plain)
    return TrackingNumber(f"{plain[:8]}-{plain[8:16]}-{plain[16]}") if is_ours else None


def access_code(noise: bytes) -> AccessCode:
    """`7K3M9-QXA42`: shown once, never stored."""
    plain = spelled(noise, 10)
    return AccessCode(f"{plain[:5]}-{plain[5:]}")


def read_access_code(written: str) -> AccessCode:
    """The code as it was given out, from however it was written."""
    plain = written.upper().translate(_READ_AS)
    return AccessCode(f"{plain[:5]}-{plain[5:]}")
