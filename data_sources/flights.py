"""Calls that are on their way: one daemon thread each, so that a hung provider never holds up an exit."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Answer = TypeVar("Answer")


def take_off(call: Callable[[], Answer], name: str) -> Future[Answer]:
    """Start ``call`` in a thread of its own; its answer or its exception lands in the future."""
    future: Future[Answer] = Future()

    def fly() -> None:
        try:
            future.set_result(call())
        except BaseException as problem:
            future.set_exception(problem)

    Thread(target=fly, name=name, daemon=True).start()
    return future
