"""Which partition a key goes to: murmur2 as Java's default, so that both engines and every client agree."""

_SEED, _M, _MASK = 0x9747B28C, 0x5BD1E995, 0xFFFFFFFF


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key, as `org.apache.kafka.clients.producer` would choose it."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(key: bytes) -> int:
    """MurmurHash2 as in `org.apache.kafka.common.utils.Utils.murmur2`, unsigned."""
    whole = len(key) & ~3
    found = _SEED ^ len(key)
    for start in range(0, whole, 4):
        part = (int.from_bytes(key[start : start + 4], "little") * _M) & _MASK
        part = ((part ^ (part >> 24)) * _M) & _MASK
        found = ((found * _M) & _MASK) ^ part
    if tail := key[whole:]:
        found = ((found ^ int.from_bytes(tail, "little")) * _M) & _MASK
    found = ((found ^ (found >> 13)) * _M) & _MASK
    return found ^ (found >> 15)
