"""`python -m watch.grant NAME [--look]`: a capability link for somebody, printed once and kept nowhere."""

import os
import sys
from collections.abc import Mapping, Sequence

from data_sources.settings import BadSetting, read_settings
from watch.store import Refused, StoreUnavailable, open_store

LONGEST = 60


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Print the link; the exit status is 2 for a name that cannot be used, 1 for a store that refuses."""
    names = [each for each in arguments if each != "--look"]
    if len(names) != 1 or not names[0].isprintable() or not 0 < len(names[0]) <= LONGEST:
        sys.stderr.write(f"Say for whom: python -m watch.grant NAME, at most {LONGEST} characters.\n")
        return 2
    try:
        store = open_store(read_settings(environment))
        link = store.grant(f"link/{names[0]}", may_edit="--look" not in arguments)
    except (BadSetting, Refused, StoreUnavailable) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stdout.write(f"{link}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
