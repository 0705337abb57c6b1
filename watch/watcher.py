"""The loop of the watcher: look, decide, write, send, and say that it is alive.

Only looking at prices and sending messages can be slow, so both happen in threads; deciding and writing
happen on the tick, one at a time. While the store is away the leader goes on looking and deciding, and
writes it all when the store is back.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from analytics.zones import ZoneHistory
from market.instruments import Instrument
from market.rules import Health, LevelRule, MeasureRule
from market.text import age
from watch.clock import SteadyClock, steady_seconds
from watch.courier import Courier, Message, Undelivered
from watch.judge import Believed
from watch.leader import Leadership
from watch.ledger import Deposed, Entry, Ledger, Parcel, Watched, common
from watch.levels import LevelMemory, level_step
from watch.looking import Looker, Prices, look_at
from watch.machine import Memory, Notice, Sample, step
from watch.messages import compose, mute_link
from watch.store.database import StoreUnavailable

log = logging.getLogger("watch")

SETTLED_LOOKS = 2
LOG_SECONDS = 60.0
SWEEP_SECONDS = 3600.0
BEAT_SECONDS = 5.0
SLOWEST_LOOK_SECONDS = 60.0
SEND_WITHIN_SECONDS = 2.0
USUAL_SEND_SECONDS = 0.3
LONGEST_SEND_SECONDS = 8.0
IN_FLIGHT = 4
MOST_STUCK = 8  # looks that do not end: each holds a thread, and messages need the others

Look = tuple[Sample, ZoneHistory | None]


@dataclass(frozen=True, slots=True)
class Sent:
    """How one message fared: delivered where there is no ``problem``."""

    parcel: Parcel
    at: datetime
    problem: str = ""
    lasting: bool = False
    asked: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one look at the prices found: a sample for every rule, and what is believed after it."""

    now: datetime
    looks: Mapping[str, Look]
    believed: dict[str, Believed]


@dataclass
class Watcher:
    """One watcher. `tick` does what is due and never waits for prices or for messages.

    ``prices`` opens the feed for one look; ``every`` is the number of seconds between looks.
    """

    ledger: Ledger
    leadership: Leadership
    prices: Callable[[], Prices]
    courier: Courier
    known: Mapping[str, Instrument]
    clock: SteadyClock
    workers: Executor
    name: str
    public_url: str = ""
    every: float = 30.0
    replay: bool = False
    timer: Callable[[], float] = steady_seconds
    _watched: tuple[Watched, ...] = ()
    _believed: dict[str, Believed] = field(default_factory=dict)
    _unwritten: list[Entry] = field(default_factory=list)
    _unsettled: list[Sent] = field(default_factory=list)
    _fresh: dict[str, int] = field(default_factory=dict)
    _look: Future[Outlook] | None = None
    _stuck: list[Future[Outlook]] = field(default_factory=list)
    _sending: list[tuple[Parcel, Future[None]]] = field(default_factory=list)
    _token: int | None = None
    _next_look: float = 0.0
    _look_began: float = 0.0
    _next_beat: float = 0.0
    _next_sweep: float = 0.0
    _trouble: str = ""
    _troubled_at: float = 0.0
    _logged_at: float | None = None

    def tick(self) -> None:
        """Do what is due now."""
        skew = self.clock.skew()
        if skew:
            way = "ahead" if skew > timedelta(0) else "back"
            self._complain(f"The clock jumped {way} by {age(abs(skew))}.", "")
        try:
            self._lead()
            self._write()
            self._send()
            self._sweep()
        except StoreUnavailable as problem:
            self._complain(str(problem), problem.words)
        except Deposed:
            log.warning("another watcher leads now")
            self._step_down()
        if self._token is not None:
            self._watch()
        self._beat()

    def stop(self) -> None:
        """Finish what is being sent, note it, and let the next watcher lead."""
        wait([sending for _, sending in self._sending], timeout=LONGEST_SEND_SECONDS)
        try:
            self._write()
            if self._token is not None:
                self._settle(self._token)
        except (StoreUnavailable, Deposed) as problem:
            log.warning("stopped before all was written: %s", problem)
        self.leadership.resign()
        self.workers.shutdown(wait=False, cancel_futures=True)
        self.ledger.database.close()

    def _lead(self) -> None:
        token = self.leadership.hold()
        if token == self._token:
            return
        self._step_down()
        self._token = token
        if token is not None:
            log.info("leading with token %s", token)
            self._believed = self.ledger.believed()
            self._next_look = self.timer()

    def _step_down(self) -> None:
        self._token = None
        self._look = None
        self._unwritten.clear()
        self._unsettled.clear()
        self._fresh.clear()

    def _watch(self) -> None:
        if self._look is None:
            if self.timer() >= self._next_look:
                self._begin_look()
        elif self._look.done():
            look, self._look = self._look, None
            self._conclude(look)
        elif self.timer() - self._look_began > SLOWEST_LOOK_SECONDS:
            self._stuck.append(self._look)
            self._look = None
            self._conclude(None)

    def _conclude(self, look: Future[Outlook] | None) -> None:
        self._decide(self._outcome(look))
        try:
            self._write()
        except StoreUnavailable as away:
            self._complain(str(away), away.words)
        except Deposed:
            self._step_down()

    def _outcome(self, look: Future[Outlook] | None) -> Outlook:
        """What a look found; where it failed or never ended (None), that no number can be believed."""
        problem = TimeoutError("look") if look is None else look.exception()
        if look is not None and problem is None:
            return look.result()
        sentence = "The prices do not answer."
        self._complain(sentence, repr(problem))
        blind: dict[str, Look] = {
            each.rule.id: (Sample(Health.ERROR, why=sentence), None) for each in self._watched
        }
        return Outlook(self.clock.now(), blind, self._believed)

    def _begin_look(self) -> None:
        if not self._unwritten:
            try:
                self._watched = self.ledger.watched()
            except StoreUnavailable as problem:
                self._complain(str(problem), problem.words)
        self._look_began = self.timer()
        # Deadlines follow each other on the monotonic clock; one that was missed is not made up for.
        self._next_look = max(self._next_look + self.every, self._look_began)
        self._stuck = [each for each in self._stuck if not each.done()]
        if len(self._stuck) >= MOST_STUCK:
            self._conclude(None)
            return
        watched, believed = self._watched, dict(self._believed)
        self._look = self.workers.submit(self._look_at_all, watched, believed, self.clock.now())

    def _look_at_all(
        self, watched: tuple[Watched, ...], believed: dict[str, Believed], now: datetime
    ) -> Outlook:
        looker = Looker(self.prices(), now, believed, self.replay)
        looks: dict[str, Look] = {}
        for each in watched:
            try:
                looks[each.rule.id] = look_at(looker, each.rule)
            except Exception:  # one rule that fails must not blind the others
                log.exception("rule %s could not be looked at", each.rule.id)
                looks[each.rule.id] = Sample(Health.ERROR, why="This number could not be worked out."), None
        return Outlook(now, looks, looker.believed)

    def _decide(self, outlook: Outlook) -> None:
        self._believed = outlook.believed
        after = []
        for watched in self._watched:
            look = outlook.looks.get(watched.rule.id)
            entry = None if look is None else self._step(watched, look, outlook.now)
            if entry is not None:
                self._unwritten.append(entry)
            after.append(watched if entry is None else replace(watched, memory=entry.memory))
        self._watched = tuple(after)

    def _step(self, watched: Watched, look: Look, now: datetime) -> Entry | None:
        rule, memory, (sample, history) = watched.rule, watched.memory, look
        settled = self._settled(rule.id, sample)
        notices: tuple[Notice, ...]
        moved: Memory | LevelMemory
        if isinstance(rule, LevelRule) and isinstance(memory, LevelMemory):
            moved, notices = level_step(rule, memory, sample, history, now)
        elif isinstance(rule, MeasureRule) and isinstance(memory, Memory):
            moved, notices = step(rule, memory, sample, now, settled=settled)
        else:
            return None
        told = tuple((notice, compose(rule, notice, self.known, self.public_url)) for notice in notices)
        return Entry(watched, now, moved, told, sample.why)

    def _settled(self, rule_id: str, sample: Sample) -> bool:
        if sample.health is Health.FRESH:
            self._fresh[rule_id] = self._fresh.get(rule_id, 0) + 1
        return self._fresh.get(rule_id, 0) >= SETTLED_LOOKS

    def _write(self) -> None:
        if self._token is None or not self._unwritten:
            return
        self.ledger.write(self._token, self._unwritten, self._believed, self.clock.now())
        for entry in self._unwritten:
            for notice, told in entry.notices:
                log.info("%s: %s %s", notice.topic, told.title, "(held back)" if notice.quiet else "")
            before, after = common(entry.watched.memory), common(entry.memory)
            if before.health is not after.health:
                log.info("rule %s: %s, %s", entry.watched.rule.id, after.health, entry.why)
        self._unwritten.clear()

    def _send(self) -> None:
        if self._token is None:
            return
        self._settle(self._token)
        free = IN_FLIGHT - len(self._sending)
        if free <= 0:
            return
        under_way = [parcel.id for parcel, _ in self._sending]
        for parcel in self.ledger.claim(self._token, self.clock.now(), free, under_way=under_way):
            sending = self.workers.submit(self._deliver, parcel, self.timer())
            self._sending.append((parcel, sending))
        # Most are sent at once: the shorter the time until that is written, the rarer a repeat after a crash.
        wait([sending for _, sending in self._sending], timeout=USUAL_SEND_SECONDS)
        self._settle(self._token)

    def _settle(self, token: int) -> None:
        self._collect()
        while self._unsettled:
            sent = self._unsettled[0]
            self.ledger.settle(
                token, sent.parcel, sent.at, sent.problem, lasting=sent.lasting, asked=sent.asked
            )
            self._unsettled.pop(0)

    def _collect(self) -> None:
        """Take the outcome of messages whose sending is over."""
        done = [each for each in self._sending if each[1].done()]
        self._sending = [each for each in self._sending if not each[1].done()]
        for parcel, sending in done:
            problem = sending.exception()
            if problem is None:
                self._unsettled.append(Sent(parcel, self.clock.now()))
                continue
            known = problem if isinstance(problem, Undelivered) else Undelivered(type(problem).__name__)
            log.warning("message %s was not delivered: %s", parcel.episode, known)
            self._unsettled.append(Sent(parcel, self.clock.now(), str(known), known.lasting, known.asked))

    def _deliver(self, parcel: Parcel, claimed: float) -> None:
        # A process that was frozen since its claim may have lost it: the next leader sends.
        if self.timer() - claimed > SEND_WITHIN_SECONDS:
            raise Undelivered("woke too late to send")
        if parcel.target is None:
            raise Undelivered("the address cannot be opened with the key at hand")
        message = Message(
            parcel.episode, parcel.title, parcel.text, parcel.link, mute_link(parcel.mute, self.public_url)
        )
        self.courier.send(parcel.target, message)

    def _sweep(self) -> None:
        if self._token is not None and self.timer() >= self._next_sweep:
            self.ledger.sweep(self._token, self.clock.now())
            self._next_sweep = self.timer() + SWEEP_SECONDS

    def _beat(self) -> None:
        if self.timer() < self._next_beat:
            return
        try:
            self.ledger.beat(self.name, self.clock.now(), leads=self._token is not None, said=self._lately)
            self._next_beat = self.timer() + BEAT_SECONDS
        except StoreUnavailable:
            self._next_beat = self.timer() + 1.0

    @property
    def _lately(self) -> str:
        """What could not be done since the look before the last; empty where all went well."""
        return self._trouble if self.timer() - self._troubled_at <= 2 * self.every else ""

    def _complain(self, sentence: str, words: str) -> None:
        """Remember for the pages what could not be done, and log it: the same once a minute at most."""
        now = self.timer()
        is_new = sentence != self._lately
        if is_new or self._logged_at is None or now - self._logged_at >= LOG_SECONDS:
            log.warning("%s %s", sentence, " ".join(words.split())[:200])
            self._logged_at = now
        self._trouble, self._troubled_at = sentence, now
