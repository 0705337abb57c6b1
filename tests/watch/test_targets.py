"""Targets: what may be named, and sixty addresses that may not."""

import pytest

from watch.targets import TargetKind, is_allowed, parse_target

TOKEN = "123456789:" + "A" * 35


@pytest.mark.parametrize(
    ("kind", "address", "parts", "label"),
    [
        ("ntfy", "my-topic_1", ("my-topic_1",), "ntfy topic my-…"),
        ("telegram", f"{TOKEN}/-100123", (TOKEN, "-100123"), "Telegram …0123"),
        ("telegram", f"{TOKEN} 42", (TOKEN, "42"), "Telegram …42"),
        (
            "discord",
            "https://discord.com/api/webhooks/123456789012345678/" + "a" * 68,
            ("123456789012345678", "a" * 68),
            "Discord …aaaa",
        ),
        (
            "slack",
            "https://hooks.slack.com/services/T0000000/B0000000/" + "x" * 24,
            ("T0000000", "B0000000", "x" * 24),
            "Slack …xxxx",
        ),
        ("email", " someone@example.org ", ("someone@example.org",), "s…@example.org"),
        (
            "webhook",
            "https://hooks.example.org/a?b=c",
            ("https://hooks.example.org/a?b=c",),
            "webhook at hooks.example.org",
        ),
        (
            "webhook",
            "https://93.184.216.34:8443/",
            ("https://93.184.216.34:8443/",),
            "webhook at 93.184.216.34",
        ),
    ],
)
def test_a_target_is_a_kind_and_its_parts(
    kind: str, address: str, parts: tuple[str, ...], label: str
) -> None:
    target = parse_target(kind, address)
    assert (target.parts, target.label) == (parts, label)


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("json", "json://127.0.0.1"),
        ("ntfy", "ntfy://127.0.0.1/topic"),
        ("ntfy", "../../admin"),
        ("ntfy", "topic?attach=file:///etc/passwd"),
        ("telegram", "token/chat"),
        ("telegram", f"{TOKEN}/1?x=y"),
        ("discord", "https://discord.com.evil.org/api/webhooks/123456789012345678/" + "a" * 68),
        ("slack", "T0000000/B0000000/short"),
        ("email", "a@b.org,c@d.org"),
        ("email", "a@b.org?smtp=127.0.0.1"),
        ("email", "someone@localhost"),
        ("webhook", "https://" + "a" * 500 + ".org"),
        ("webhook", "https://h\u00f6st.example.org"),
        ("webhook", "https://a.example.org/\r\nHost: b"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(kind: str, address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_target(kind, address)


# Sixty ways to name a place that is not an https address of the public internet.
INWARD = [
    "https://127.0.0.1/", "https://127.0.0.2/", "https://127.1/", "https://127.0.1/", "https://0.0.0.0/",
    "https://0/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0177.0.0.1/",
    "https://017700000001/", "https://127.0.0.1./", "https://localhost/", "https://localhost./",
    "https://10.0.0.1/", "https://10.255.255.255/", "https://172.16.0.1/", "https://172.31.255.255/",
    "https://192.168.0.1/", "https://192.168.1.254/", "https://169.254.169.254/", "https://169.254.0.1/",
    "https://100.64.0.1/", "https://100.127.255.254/", "https://192.0.0.192/", "https://192.0.0.8/",
    "https://192.0.2.1/", "https://198.18.0.1/", "https://198.51.100.7/", "https://203.0.113.5/",
    "https://224.0.0.1/", "https://239.255.255.250/", "https://240.0.0.1/", "https://255.255.255.255/",
    "https://[::1]/", "https://[::]/", "https://[0:0:0:0:0:0:0:1]/", "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/", "https://[::ffff:10.0.0.1]/", "https://[::ffff:169.254.169.254]/",
    "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b:1::7f00:1]/", "https://[2002:7f00:1::]/", "https://[2002:a9fe:a9fe::]/",
    "https://[2001:0:7f00:1::]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fc00::1]/",
    "https://[fd00::1]/", "https://[fec0::1]/", "https://[ff02::1]/", "https://[2001:db8::1]/",
    "https://[100::1]/", "http://example.org/", "https://user:pass@example.org/", "https://example.org@127.0.0.1/",
    "https://example.org:22/", "https://example.org:80/", "https://example.org/#@127.0.0.1", "https:///path",
    "https://127.0.0.1\\@example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1:6379/",
]  # fmt: skip


@pytest.mark.parametrize("address", INWARD)
def test_no_address_inside_is_taken(address: str) -> None:
    with pytest.raises(ValueError, match=r"webhook|plain text"):
        parse_target(TargetKind.WEBHOOK, address)


def test_there_are_at_least_sixty_of_them() -> None:
    assert len(set(INWARD)) >= 60


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_the_public_internet_is_allowed(address: str) -> None:
    assert is_allowed(address)


@pytest.mark.parametrize(
    "address",
    ["", "example.org", "fe80::1%eth0", "127.0.0.1", "192.0.0.192", "2002:5db8:d822::", "168.63.129.16"],
)
def test_what_is_no_public_address_is_not(address: str) -> None:
    assert not is_allowed(address)
