"""Which partition a key goes to: murmur2 as Java's default, so that both engines and every client agree."""

import struct
from functools import lru_cache

_SEED, _M, _MASK = 0x9747B28C, 0x5BD1E995, 0xFFFFFFFF


@lru_cache(maxsize=4096)  # A case's facts mostly come close together, and hashing in Python is slow.
def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key, as `org.apache.kafka.clients.producer` would choose it."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(key: bytes) -> int:
    """MurmurHash2 as in `org.apache.kafka.common.utils.Utils.murmur2`, unsigned."""
    words, rest = divmod(len(key), 4)
    found = _SEED ^ len(key)
    for word in struct.unpack_from(f"<{words}I", key):
        part = (word * _M) & _MASK
        part = ((part ^ (part >> 24)) * _M) & _MASK
        found = ((found * _M) & _MASK) ^ part
    if rest:
        found = ((found ^ int.from_bytes(key[-rest:], "little")) * _M) & _MASK
    found = ((found ^ (found >> 13)) * _M) & _MASK
    return found ^ (found >> 15)
