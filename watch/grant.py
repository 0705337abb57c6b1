"""`python -m watch.grant NAME [--look | --revoke]`: a capability link for somebody, printed once and kept
nowhere, or the end of all of theirs.
"""

import os
import sys
from collections.abc import Mapping, Sequence

from data_sources.settings import BadSetting, read_settings
from watch.store import Refused, StoreUnavailable, open_store

LONGEST = 59  # with what stands before it, what the store takes for an owner
LOOK, REVOKE = "--look", "--revoke"


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Print the link, or how many were ended; the exit status is 2 for arguments that cannot be used, 1 for a
    store that refuses.
    """
    names = [each for each in arguments if each not in (LOOK, REVOKE)]
    if len(names) != 1 or not names[0].isprintable() or not 0 < len(names[0]) <= LONGEST:
        sys.stderr.write(f"Say for whom: python -m watch.grant NAME, at most {LONGEST} characters.\n")
        return 2
    owner = f"link/{names[0]}"
    try:
        store = open_store(read_settings(environment))
        if REVOKE in arguments:
            said = f"Links ended: {store.revoke_all(owner)}."
        else:
            said = store.grant(owner, may_edit=LOOK not in arguments)
    except (BadSetting, Refused, StoreUnavailable) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
