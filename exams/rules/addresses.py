"""Network addresses a sitting is limited to: one a line, an address or a range like 10.1.2.0/24."""

from __future__ import annotations

import ipaddress


def parse(text: str) -> tuple[list[str], list[str]]:
    """(ranges in their normal form, lines that are none). Empty lines and repetitions are left out; a host bit set in
    a range (10.1.2.9/24) is read as the range it lies in.
    """
    good, bad = [], []
    for line in text.replace("，", "\n").replace(",", "\n").splitlines():
        if not (entry := line.strip()):
            continue
        try:
            network = ipaddress.ip_network(entry, strict=False)
        except ValueError:
            bad.append(entry[:60])
            continue
        shown = str(network.network_address) if network.num_addresses == 1 else str(network)
        if shown not in good:
            good.append(shown)
    return good, bad


def allows(text: str, address: str | None) -> bool:
    """May somebody at ``address`` enter? An empty list limits nobody; an unreadable address is not allowed.

    An IPv4 address that came in as IPv6 (::ffff:10.1.2.3) counts as what it is.
    """
    good, _bad = parse(text)
    if not good:
        return True
    try:
        here = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    here = getattr(here, "ipv4_mapped", None) or here
    return any(here in network for entry in good if (network := ipaddress.ip_network(entry)).version == here.version)
