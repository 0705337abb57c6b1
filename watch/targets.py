"""Where messages may go: typed targets, each of a known service, and the addresses nobody may name.

A visitor gives the few words that a service needs and never a URL of the notification library, so that no
scheme of its many can be reached. The one free address, a webhook, must be https on 443 or 8443, and
`is_allowed` has the last word on every address its name resolves to.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

LONGEST_ADDRESS = 500
WEBHOOK_PORTS = (None, 443, 8443)


class TargetKind(StrEnum):
    """The services a message can go to."""

    NTFY = "ntfy"
    TELEGRAM = "telegram"
    DISCORD = "discord"
    SLACK = "slack"
    EMAIL = "email"
    WEBHOOK = "webhook"


# What a person may paste, and the parts that count.
_PATTERNS = {
    TargetKind.NTFY: (r"([A-Za-z0-9_-]{1,64})", "a topic of letters, digits, - and _"),
    TargetKind.TELEGRAM: (
        r"(\d{6,12}:[A-Za-z0-9_-]{30,50})[ /](-?\d{1,20})",
        "the bot’s token, a space or a slash, and the number of the chat",
    ),
    TargetKind.DISCORD: (
        r"(?:https://(?:discord|discordapp)\.com/api/webhooks/)?(\d{15,22})/([A-Za-z0-9_-]{40,100})",
        "the webhook address that Discord shows",
    ),
    TargetKind.SLACK: (
        r"(?:https://hooks\.slack\.com/services/)?(T[A-Z0-9]{6,14})/(B[A-Z0-9]{6,14})/([A-Za-z0-9]{18,32})",
        "the webhook address that Slack shows",
    ),
    TargetKind.EMAIL: (
        r"([A-Za-z0-9._+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24})",
        "one e-mail address",
    ),
}


@dataclass(frozen=True, slots=True)
class Target:
    """One place a message can go; ``parts`` are what its service needs, in order."""

    kind: TargetKind
    parts: tuple[str, ...]

    @property
    def label(self) -> str:
        """Enough for its owner to know it, and too little to use it: `webhook at example.org`."""
        match self.kind:
            case TargetKind.WEBHOOK:
                return f"webhook at {urlsplit(self.parts[0]).hostname}"
            case TargetKind.EMAIL:
                name, _, host = self.parts[0].partition("@")
                return f"{name[0]}…@{host}"
            case TargetKind.NTFY:
                return f"ntfy topic {self.parts[0][:3]}…"
            case _:
                return f"{self.kind.title()} …{self.parts[-1][-4:]}"


def parse_target(kind: str, address: str) -> Target:
    """The target that ``address`` names; raises `ValueError` with one sentence for anything else."""
    try:
        service = TargetKind(kind)
    except ValueError:
        raise ValueError(f"messages can go to {', '.join(TargetKind)}") from None
    address = address.strip()
    if len(address) > LONGEST_ADDRESS or not address.isascii() or not address.isprintable():
        raise ValueError(f"an address is plain text of at most {LONGEST_ADDRESS} characters")
    if service is TargetKind.WEBHOOK:
        return Target(service, (_webhook(address),))
    pattern, needs = _PATTERNS[service]
    found = re.fullmatch(pattern, address)
    if found is None:
        raise ValueError(f"{service} needs {needs}")
    return Target(service, found.groups())


def _webhook(address: str) -> str:
    problem = "a webhook is an https address on port 443 or 8443, without a name or password in it"
    if " " in address or "\\" in address or "#" in address:
        raise ValueError(problem)
    try:
        split = urlsplit(address)
        port, host = split.port, split.hostname
    except ValueError:
        raise ValueError(problem) from None
    if split.scheme != "https" or not host or port not in WEBHOOK_PORTS or "@" in split.netloc:
        raise ValueError(problem)
    if not _is_name(host) and not _is_public_literal(host):
        raise ValueError("a webhook must be on the public internet")
    return address


def _is_name(host: str) -> bool:
    """Whether ``host`` is a dotted name whose last label is no number: `127.1` and `0x7f000001` are not."""
    labels = host.rstrip(".").split(".")
    is_number = re.fullmatch(r"\d+|0[xX][0-9a-fA-F]*", labels[-1]) is not None
    return (
        len(labels) > 1
        and not is_number
        and all(re.fullmatch(r"[A-Za-z0-9_-]{1,63}", each) for each in labels)
    )


def _is_public_literal(host: str) -> bool:
    try:
        return is_allowed(str(ip_address(host)))
    except ValueError:
        return False


# Special ranges that some releases of Python call global (RFC 6890 and its updates).
_DENIED = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "168.63.129.16/32",  # the machine room of Azure, on every machine there
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
_NAT64 = ip_network("64:ff9b::/96")


def is_allowed(address: str) -> bool:
    """Whether a resolved IP address is an ordinary one of the public internet.

    An IPv6 address that carries an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo) is judged by what it
    carries, or refused.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    carried = _carried(found)
    if carried is not None:
        return is_allowed(str(carried))
    return (
        found.is_global
        and not found.is_multicast
        and not found.is_reserved
        and not any(found.version == net.version and found in net for net in _DENIED)
    )


def _carried(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64 or int(address) >> 32 == 0:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None
