"""Which network addresses are public: those, and no other, are ever connected to.

The registries are IANA's of special-purpose IPv4 and IPv6 addresses. `ipaddress.is_global` is not enough: it
calls 6to4, site-local, NAT64 and multicast addresses global.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

_NOT_PUBLIC_4 = tuple(
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers; 100.100.100.200 is Alibaba's metadata
        "127.0.0.0/8",  # this machine
        "168.63.129.16/32",  # Azure's host, from inside
        "169.254.0.0/16",  # this link; 169.254.169.254 is most clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocols; 192.0.0.192 is Oracle's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_PUBLIC_6 = IPv6Network("2000::/3")  # what has been given out at all
_NOT_PUBLIC_6 = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # protocols: Teredo, benchmarks, ORCHID …
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


def address_of(text: str) -> Address:
    """The address, without the zone that link-local ones may have. Raises ValueError."""
    return ip_address(text.partition("%")[0])


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could reach it, and so whether we may."""
    if isinstance(address, IPv6Address):
        if (inner := _ipv4_in(address)) is not None:
            return is_public(inner)
        return address in _PUBLIC_6 and not any(address in net for net in _NOT_PUBLIC_6)
    return not any(address in net for net in _NOT_PUBLIC_4)


def _ipv4_in(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that would be reached: through a mapped address, or the network's NAT64."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
