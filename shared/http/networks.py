"""Where a stranger comes from, as far as it can be told: what those are counted by who show nothing else.

Behind a proxy it is the proxy's word that counts, and uvicorn's `FORWARDED_ALLOW_IPS` says whose is believed.
"""

from ipaddress import IPv6Network, ip_address

from fastapi import Request

HOUSEHOLD = 64
"""Bits of an IPv6 address that one connection is given: it draws the others as it likes."""


def network_of(request: Request) -> str:
    """The address, of IPv6 the household's network; empty where none is known."""
    return network(request.client.host) if request.client else ""


def network(host: str) -> str:
    """The same of an address as it is written; what is none stands for itself."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), HOUSEHOLD), strict=False))
