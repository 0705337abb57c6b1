"""Parameters that mailers and social networks add to an address: they say who sent it and ask for nothing."""

TRACKERS = frozenset(
    {
        *(
            "dclid",
            "fbclid",
            "gad_campaignid",
            "gad_source",
            "gbraid",
            "gclid",
            "gclsrc",
            "srsltid",
            "wbraid",
        ),
        *("epik", "igsh", "igshid", "li_fat_id", "msclkid", "rdt_cid", "sccid", "ttclid", "twclid", "yclid"),
        *("_branch_match_id", "_ga", "_gl", "_hsenc", "_hsmi", "_kx", "_openstat", "mkt_tok", "s_kwcid"),
        *("ref", "ref_src", "ref_url", "si", "vero_id", "wickedid", "ysclid"),
    }
)
FAMILIES = ("utm_", "mc_", "hsa_", "mtm_", "pk_", "piwik_", "matomo_", "oly_", "at_", "ns_")


def is_tracker(name: str) -> bool:
    """Whether the parameter ``name`` only follows the reader: one of `TRACKERS` or of a family."""
    small = name.lower()
    return small in TRACKERS or small.startswith(FAMILIES)
