"""What the Episodes page says first: how many tests of the rebound each market passes."""

from collections.abc import Sequence

from analytics.rebound import Scoreboard


def story(boards: Sequence[Scoreboard]) -> tuple[str, str]:
    """The headline and the sentences under it, from the same scoreboards as the table below them."""
    tested = sorted((board for board in boards if board.applicable), key=lambda board: -_share(board))
    told = [f"{board.name}: {board.profile or _plain(board.why)}." for board in boards]
    if not tested:
        return "No rebound can be tested yet", " ".join(told)
    best, *others = tested
    counts = [f"{best.name} passes {best.passed} of {best.applicable} rebound tests"]
    counts += [f"{board.name} {board.passed} of {board.applicable}" for board in others]
    return ", ".join(counts), " ".join(told)


def _share(board: Scoreboard) -> float:
    return board.passed / board.applicable


def _plain(why: str | None) -> str:
    return (why or "no profile").removesuffix(".")
