"""Which addresses may be connected to: at the edges of every range, in every disguise."""

from __future__ import annotations

import ipaddress

import pytest

from monitor.domain.addresses import address_of, is_public

PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15
168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0
192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0
223.255.255.255 2606:4700:4700::1111 2a00:1450:4001::1 2001:4860:4860::8888 2003::1 3ffe::1 64:ff9b::808:808
::ffff:8.8.8.8
""".split()

NOT_PUBLIC = """
0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255 127.0.0.1
127.255.255.255 168.63.129.16 169.254.0.0 169.254.169.254 169.254.170.2 169.254.255.255
172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.8 192.0.0.170 192.0.0.192 192.0.0.255 192.0.2.1
192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.0
192.168.255.255 192.175.48.1 198.18.0.0 198.19.255.255 198.51.100.0 203.0.113.255 224.0.0.0 239.255.255.255
240.0.0.0 255.255.255.255
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0.0.0.0
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::a00:1 64:ff9b:1::1 64:ff9b:1::808:808 100::1 2001::1 2001:0:1::1
2001:2::1 2001:10::1 2001:20::1 2001:1ff:ffff::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 2002:a9fe:a9fe::
2620:4f:8000::1 3fff::1 4000::1 5f00::1 fc00::1 fd00::1 fd00:ec2::254 fdff::1 fe80::1 fe80::1%eth0
fe80::a9fe:a9fe febf::1 fec0::1 ff02::1 ff0e::1
""".split()


@pytest.mark.parametrize("text", PUBLIC)
def test_public(text: str) -> None:
    assert is_public(address_of(text))


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_not_public(text: str) -> None:
    assert not is_public(address_of(text))


def test_every_ipv4_address_that_is_not_global_is_refused_in_every_disguise() -> None:
    """Both ends of a /16 each, over all of IPv4: never more is let through than the library calls global."""
    for high in range(256):
        for low in (0, 1, 254, 255):
            for last in (0, 1, 255):
                address = ipaddress.IPv4Address(bytes([high, low, last, last]))
                if address.is_global and not address.is_multicast:
                    continue
                assert not is_public(address), address
                assert not is_public(ipaddress.IPv6Address(f"::ffff:{address}")), address
                nat64 = ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) | int(address))
                assert not is_public(nat64), nat64
                six = ipaddress.IPv6Address((0x2002 << 112) | (int(address) << 80))
                assert not is_public(six), six
