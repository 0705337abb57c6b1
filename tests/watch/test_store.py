"""The store on SQLite and on PostgreSQL: what pages read and change, and what the watcher writes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from json import dumps
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text

from market.instruments import Interval
from market.rules import Condition, Direction, Health, LevelRule, Measure, MeasureRule, QuietHours
from market.zone_events import Happening, Stand
from market.zones import Zone
from watch.judge import Believed, Doubt
from watch.leader import FileMutex, Leadership
from watch.ledger import MOST_A_DAY, Deposed, Entry, Ledger, Watched
from watch.levels import LevelMemory, Told
from watch.machine import Memory, Notice, Topic
from watch.messages import Told as Words
from watch.store import LOCAL, Refused, Store, StoreUnavailable
from watch.store.codec import pack, pack_rule, unpack, unpack_rule
from watch.store.database import MIGRATIONS, Database
from watch.store.sealing import KEY_FILE, Seal, Unopened
from watch.store.tables import metadata
from watch.targets import TargetKind

NOW = datetime(2026, 2, 6, 12, tzinfo=UTC)
PRICE = MeasureRule(
    "price", Measure.PRICE, "BTC", Direction.BELOW, 68_000, 68_300, timedelta(minutes=5), name="Floor",
    quiet=QuietHours(time(22), time(7), "Europe/London"),
)  # fmt: skip
ZONE = LevelRule("zone", Zone("BTC", 68_000, 70_000), interval=Interval.DAY)


class Clock:
    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def seal(tmp_path: Path) -> Seal:
    return Seal(tmp_path)


@pytest.fixture
def store(database: Database, seal: Seal, clock: Clock) -> Store:
    return Store(database, seal, clock)


@pytest.fixture
def ledger(database: Database, seal: Seal) -> Ledger:
    return Ledger(database, seal)


@pytest.fixture
def token(database: Database, tmp_path: Path) -> Iterator[int]:
    leadership = Leadership(database, FileMutex(tmp_path / "lock"))
    held = leadership.hold()
    assert held is not None
    yield held
    leadership.resign()


def code_of(store: Store, target: str) -> str:
    """The code in the outbox, as its receiver reads it."""
    with store.database.transaction() as connection:
        words = connection.execute(
            text("SELECT text FROM outbox WHERE episode = :it"), {"it": f"code/{target}"}
        ).scalar_one()
    return str(words).split()[3].rstrip(".")


def ready_target(store: Store, owner: str = LOCAL) -> str:
    target = store.add_target(owner, "ntfy", "topic")
    store.confirm_target(owner, target, code_of(store, target))
    return target


def fired(episode: str = "price/fired/1", **changes: object) -> Entry:
    notice = Notice(Topic.FIRED, episode, NOW, 67_900.0, NOW, "A")
    memory = Memory(Condition.FIRING, since=NOW, value=67_900.0, as_of=NOW)
    told = ((replace(notice, **changes), Words("Floor", "Now $67,900.", "")),)  # type: ignore[arg-type]
    return Entry(Watched(PRICE, LOCAL, None, Memory()), NOW, memory, told)


@pytest.mark.parametrize("rule", [PRICE, ZONE, replace(PRICE, quiet=None, other="", crossing=False)])
def test_a_rule_comes_back_as_it_went(rule: MeasureRule | LevelRule) -> None:
    assert unpack_rule(pack_rule(rule)) == rule


def test_memories_come_back_as_they_went() -> None:
    memory = Memory(Condition.PENDING, Health.STALE, NOW, NOW, True, 3, gap=(NOW, NOW), value=1.0)
    assert unpack(Memory, pack(memory)) == memory
    level = LevelMemory(memory, NOW, Stand.ABOVE, (Told(Happening.LOST, NOW, 1.5, True),))
    assert unpack(LevelMemory, pack(level)) == level
    believed = Believed(1.0, NOW, Doubt(2.0, NOW))
    assert unpack(Believed, pack(believed)) == believed


def test_fields_of_another_version_are_left_out_and_missing_ones_default() -> None:
    assert unpack(Memory, {"condition": "firing", "colour": "red"}) == Memory(Condition.FIRING)


@pytest.mark.parametrize(
    "packed", [{"kind": "other"}, {"kind": "level"}, {"kind": "measure", "hold": "soon"}]
)
def test_what_is_no_rule_is_refused(packed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a"):
        unpack_rule(packed)


def test_the_migrations_make_the_tables_that_the_program_knows(database: Database) -> None:
    with database.engine().connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_two_processes_may_open_a_new_store_at_once(address: str) -> None:
    first, second = Database(address), Database(address)
    for each in (first, second):
        with each.transaction() as connection:
            connection.execute(text("SELECT 1"))
        each.close()


def test_rules_are_kept_changed_and_deleted(store: Store) -> None:
    store.save_rule(LOCAL, PRICE)
    store.save_rule("somebody", ZONE)
    assert [status.rule for status in store.statuses()] == [PRICE, ZONE]
    assert [status.rule for status in store.statuses(LOCAL)] == [PRICE]
    store.save_rule(LOCAL, replace(PRICE, threshold=67_000))
    with pytest.raises(Refused, match="somebody else"):
        store.save_rule(LOCAL, replace(ZONE, name="mine"))
    store.delete_rule(LOCAL, ZONE.id)
    store.delete_rule(LOCAL, PRICE.id)
    assert [status.rule for status in store.statuses()] == [ZONE]


def test_there_is_an_end_to_rules(store: Store) -> None:
    for number in range(50):
        store.save_rule(LOCAL, replace(PRICE, id=f"r{number}"))
    with pytest.raises(Refused, match="already 50 rules"):
        store.save_rule(LOCAL, replace(PRICE, id="one more"))


def test_a_step_is_seen_by_the_pages(store: Store, ledger: Ledger, token: int) -> None:
    store.save_rule(LOCAL, PRICE)
    ledger.write(token, [fired()], {"BTC/1d": Believed(67_900.0, NOW)}, NOW)
    (status,) = store.statuses()
    assert (status.condition, status.health, status.since) == (Condition.FIRING, Health.FRESH, NOW)
    assert (status.value, status.as_of) == (67_900.0, NOW)
    (alert,) = store.alerts()
    assert (alert.episode, alert.title, alert.at, alert.quiet) == (
        "local/price/fired/1", "Floor", NOW, False,
    )  # fmt: skip
    (transition,) = store.transitions(PRICE.id)
    assert (transition.condition_before, transition.condition) == (Condition.OK, Condition.FIRING)
    assert ledger.believed() == {"BTC/1d": Believed(67_900.0, NOW)}
    assert ledger.watched()[0].memory == fired().memory


def test_a_changed_rule_starts_again(store: Store, ledger: Ledger, token: int) -> None:
    store.save_rule(LOCAL, PRICE)
    ledger.write(token, [fired()], {}, NOW)
    store.save_rule(LOCAL, PRICE)
    assert store.statuses()[0].condition is Condition.FIRING
    store.save_rule(LOCAL, replace(PRICE, threshold=60_000))
    assert store.statuses()[0].condition is Condition.OK


def test_writing_a_cycle_again_changes_nothing(store: Store, ledger: Ledger, token: int) -> None:
    target = ready_target(store)
    for _ in range(3):
        ledger.write(token, [fired()], {}, NOW)
    assert len(store.alerts()) == len(store.transitions(PRICE.id)) == 1
    assert [each.target_id for each in store.deliveries("local/price/fired/1")] == [target]


def test_one_who_leads_no_more_writes_nothing(
    store: Store, ledger: Ledger, token: int, database: Database
) -> None:
    ready_target(store)
    ledger.write(token, [fired()], {}, NOW)
    with database.transaction() as connection:
        connection.execute(text("UPDATE leaders SET token = token + 1"))
    with pytest.raises(Deposed):
        ledger.write(token, [fired("price/fired/2")], {}, NOW)
    with pytest.raises(Deposed):
        ledger.claim(token, NOW)
    assert len(store.alerts()) == 1


def test_a_message_is_claimed_by_one_and_by_the_next_leader_when_its_claim_is_old(
    store: Store, ledger: Ledger, token: int
) -> None:
    ready_target(store)
    (code,) = ledger.claim(token, NOW)
    ledger.write(token, [fired()], {}, NOW)
    (parcel,) = (each for each in ledger.claim(token, NOW) if each.episode.startswith("local"))
    assert (parcel.target and parcel.target.kind, parcel.title) == (TargetKind.NTFY, "Floor")
    assert parcel.mute
    assert ledger.claim(token, NOW + timedelta(hours=1), under_way=[code.id, parcel.id]) == ()
    with store.database.transaction() as connection:
        connection.execute(text("UPDATE leaders SET token = :next"), {"next": token + 1})
    token += 1
    assert ledger.claim(token, NOW + timedelta(seconds=14)) == ()
    again = ledger.claim(token, NOW + timedelta(seconds=16))
    assert parcel.id in {each.id for each in again}
    ledger.settle(token, parcel, NOW)
    assert store.deliveries(parcel.episode)[0].state == "sent"
    assert parcel.id not in {each.id for each in ledger.claim(token, NOW + timedelta(hours=1))}


def test_a_claim_whose_answer_was_lost_is_claimed_again(store: Store, ledger: Ledger, token: int) -> None:
    # The store kept the claim and went away before it said so: nobody is sending this message.
    ready_target(store)
    ledger.write(token, [fired()], {}, NOW)
    claimed = {each.id for each in ledger.claim(token, NOW)}
    assert ledger.claim(token, NOW + timedelta(seconds=14)) == ()
    assert {each.id for each in ledger.claim(token, NOW + timedelta(seconds=16))} == claimed


def test_a_message_that_was_due_a_day_ago_is_no_news(store: Store, ledger: Ledger, token: int) -> None:
    ready_target(store)
    ledger.write(token, [fired()], {}, NOW)
    assert ledger.claim(token, NOW + timedelta(days=3)) == ()
    delivery = store.deliveries("local/price/fired/1")[0]
    assert (delivery.state, delivery.problem) == ("given_up", "too late to be news")


def test_a_receiver_is_left_alone_as_long_as_it_asks_and_no_longer_than_an_hour(
    store: Store, ledger: Ledger, token: int
) -> None:
    ready_target(store)
    ledger.write(token, [fired()], {}, NOW)
    parcel = ledger.claim(token, NOW)[-1]
    for asked, waits in ((120, 120), (10**6, 3600), (1, 60)):
        ledger.settle(token, parcel, NOW, "answered 429", asked=timedelta(seconds=asked))
        due = store.deliveries(parcel.episode)[0].due_at
        assert due - NOW == timedelta(seconds=waits)
        parcel = replace(parcel, attempts=parcel.attempts + 1)


def test_a_look_at_an_empty_outbox_writes_nothing(
    store: Store, ledger: Ledger, token: int, database: Database
) -> None:
    ready_target(store)
    ledger.settle(token, ledger.claim(token, NOW)[0], NOW)

    def beat() -> int:
        with database.transaction() as connection:
            return int(connection.execute(text("SELECT beat FROM leaders")).scalar_one())

    before = beat()
    assert ledger.claim(token, NOW) == ()
    assert beat() == before


def test_steps_and_messages_are_kept_for_three_months_and_alerts_for_ever(
    store: Store, ledger: Ledger, token: int
) -> None:
    ready_target(store)
    store.save_rule(LOCAL, PRICE)
    ledger.write(token, [fired()], {}, NOW)
    sent, due = ledger.claim(token, NOW)
    ledger.settle(token, sent, NOW)
    ledger.sweep(token, NOW + timedelta(days=90))
    assert store.transitions("price")
    assert store.deliveries(sent.episode)
    ledger.sweep(token, NOW + timedelta(days=91))
    assert store.transitions("price") == ()
    assert store.deliveries(sent.episode) == ()
    assert store.deliveries(due.episode), "what is still to be sent is not forgotten"
    assert len(store.alerts()) == 1


def test_a_kind_of_another_version_is_kept_and_not_sent(
    store: Store, ledger: Ledger, token: int, database: Database
) -> None:
    ready_target(store)
    with database.transaction() as connection:
        connection.execute(text("UPDATE targets SET kind = 'pigeon'"))
    ledger.write(token, [fired()], {"BTC/1d": Believed(1.0)}, NOW)
    assert [parcel.target for parcel in ledger.claim(token, NOW)] == [None, None]


def test_a_memory_of_another_version_is_forgotten(ledger: Ledger, token: int, database: Database) -> None:
    ledger.write(token, [], {"BTC/1d": Believed(1.0), "ETH/1d": Believed(2.0)}, NOW)
    with database.transaction() as connection:
        connection.execute(text("UPDATE memories SET body = '[1]' WHERE name = 'price/BTC/1d'"))
    assert ledger.believed() == {"ETH/1d": Believed(2.0)}


def test_a_message_that_fails_is_tried_again_later_and_later_and_given_up_after_a_day(
    store: Store, ledger: Ledger, token: int
) -> None:
    ready_target(store)
    ledger.write(token, [fired()], {}, NOW)
    waits, now = [], NOW
    for _ in range(200):
        parcels = [each for each in ledger.claim(token, now) if each.episode.startswith("local")]
        if not parcels:
            break
        ledger.settle(token, parcels[0], now, "answered 500")
        delivery = store.deliveries(parcels[0].episode)[0]
        if delivery.state == "given_up":
            break
        waits.append((delivery.due_at - now).total_seconds())
        now = delivery.due_at
    assert waits[:5] == [5, 15, 60, 300, 900]
    assert store.deliveries("local/price/fired/1")[0].state == "given_up"
    assert timedelta(hours=24) <= now - NOW <= timedelta(hours=24, minutes=15)


def test_a_target_that_is_gone_is_not_asked_again(store: Store, ledger: Ledger, token: int) -> None:
    ready_target(store)
    ledger.write(token, [fired(), fired("price/fired/2")], {}, NOW)
    parcels = ledger.claim(token, NOW)
    ledger.settle(token, parcels[-1], NOW, "answered 410", lasting=True)
    assert ledger.claim(token, NOW + timedelta(days=1)) == ()
    assert store.targets(LOCAL)[0].broken == "answered 410"


def test_a_target_gets_at_most_twenty_messages_a_day(store: Store, ledger: Ledger, token: int) -> None:
    ready_target(store)
    ledger.write(token, [fired(f"price/fired/{number}") for number in range(30)], {}, NOW)
    sent = 0
    for _ in range(10):
        for parcel in ledger.claim(token, NOW, 5):
            ledger.settle(token, parcel, NOW)
            sent += 1
    assert MOST_A_DAY <= sent <= MOST_A_DAY + 5
    tomorrow = NOW + timedelta(days=1, hours=1)
    assert ledger.claim(token, tomorrow)


def test_nothing_but_its_code_goes_to_a_target_that_is_not_confirmed(
    store: Store, ledger: Ledger, token: int
) -> None:
    target = store.add_target(LOCAL, "email", "someone@example.org")
    ledger.write(token, [fired()], {}, NOW)
    assert [parcel.episode for parcel in ledger.claim(token, NOW)] == [f"code/{target}"]
    code = code_of(store, target)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    with pytest.raises(Refused, match="wrong or too old"):
        store.confirm_target(LOCAL, target, wrong)
    with pytest.raises(Refused):
        store.confirm_target("somebody", target, code)
    store.confirm_target(LOCAL, target, f" {code} ")
    assert store.targets(LOCAL)[0].confirmed_at == NOW


def test_a_code_dies_after_five_guesses_or_fifteen_minutes(store: Store, clock: Clock) -> None:
    guessed, late = (store.add_target(LOCAL, "ntfy", each) for each in ("one", "two"))
    for _ in range(5):
        with pytest.raises(Refused):
            store.confirm_target(LOCAL, guessed, "no")
    with pytest.raises(Refused):
        store.confirm_target(LOCAL, guessed, code_of(store, guessed))
    clock.moment += timedelta(minutes=16)
    with pytest.raises(Refused):
        store.confirm_target(LOCAL, late, code_of(store, late))


def test_nobody_has_codes_sent_to_others_for_ever(store: Store, clock: Clock) -> None:
    def add(address: str, owner: str = LOCAL) -> None:
        store.remove_target(owner, store.add_target(owner, "email", address))

    for owner in (LOCAL, "link/a", "link/b"):
        add("victim@example.org", owner)
    for owner, address in ((LOCAL, "victim@example.org"), ("link/c", "Victim@Example.org")):
        with pytest.raises(Refused, match="3 codes went there today"):
            add(address, owner)
    for number in range(19):
        add(f"victim{number}@example.org")
    with pytest.raises(Refused, match="You had 20 codes sent today"):
        add("one.more@example.org")
    clock.moment += timedelta(days=1)
    add("victim@example.org")


def test_what_has_not_arrived_yet_is_said(store: Store, ledger: Ledger, token: int) -> None:
    ready_target(store)
    ledger.write(token, [fired()], {}, NOW)
    parcel = ledger.claim(token, NOW)[-1]
    ledger.settle(token, parcel, NOW, "answered 500")
    assert store.targets(LOCAL)[0].late == "answered 500"
    ledger.settle(token, parcel, NOW)
    assert store.targets(LOCAL)[0].late == ""


def test_zones_are_kept_renamed_and_dropped(store: Store) -> None:
    floor = Zone("BTC", 68_000, 70_000, "Floor")
    store.keep_zone(LOCAL, floor)
    store.keep_zone(LOCAL, replace(floor, name="Old floor"))
    store.keep_zone("link/a", Zone("BTC", 68_000, 70_000, "Mine"))
    assert store.zones(LOCAL) == (replace(floor, name="Old floor"),)
    for number in range(11):
        store.keep_zone(LOCAL, Zone("BTC", 1_000 + number, 1_000 + number))
    with pytest.raises(Refused, match="already 12 levels"):
        store.keep_zone(LOCAL, Zone("BTC", 5_000, 5_000))
    store.drop_zone(LOCAL, floor)
    assert floor.low not in {zone.low for zone in store.zones(LOCAL)}
    assert [zone.name for zone in store.zones("link/a")] == ["Mine"]


def test_targets_are_few_labelled_and_removable(store: Store) -> None:
    for number in range(10):
        target = store.add_target(LOCAL, "ntfy", f"topic{number}")
    with pytest.raises(Refused, match="already 10 targets"):
        store.add_target(LOCAL, "ntfy", "one-more")
    with pytest.raises(Refused, match=r"^A webhook is an https address"):
        store.add_target("other", "webhook", "http://127.0.0.1/")
    store.remove_target(LOCAL, target)
    assert {each.label for each in store.targets(LOCAL)} == {"ntfy topic top…"}
    assert len(store.targets(LOCAL)) == 9


def test_a_mute_link_works_once_known_and_for_its_target_only(
    store: Store, ledger: Ledger, token: int
) -> None:
    first, second = ready_target(store), ready_target(store)
    ledger.write(token, [fired()], {}, NOW)
    parcel = next(each for each in ledger.claim(token, NOW) if each.target_id == first)
    assert not store.mute_target("guess")
    assert store.mute_target(parcel.mute)
    ledger.write(token, [fired("price/fired/2")], {}, NOW)
    assert {each.target_id for each in ledger.claim(token, NOW)} == {second}
    store.unmute_target(LOCAL, first)
    ledger.write(token, [fired("price/fired/3")], {}, NOW)
    assert {each.target_id for each in ledger.claim(token, NOW)} == {first, second}


def test_what_was_due_to_a_muted_target_does_not_come_when_the_mute_ends(
    store: Store, ledger: Ledger, token: int
) -> None:
    target = ready_target(store)
    ledger.write(token, [fired()], {}, NOW)
    mute = ledger.claim(token, NOW, 1)[0].mute
    assert store.mute_target(mute)
    ledger.write(token, [fired("price/fired/2")], {}, NOW)
    store.unmute_target(LOCAL, target)
    assert ledger.claim(token, NOW) == ()
    ledger.write(token, [fired("price/fired/3")], {}, NOW)
    assert [each.episode for each in ledger.claim(token, NOW)] == ["local/price/fired/3"]


def test_a_muted_rule_keeps_its_log(store: Store, ledger: Ledger, token: int) -> None:
    ready_target(store)
    store.save_rule(LOCAL, PRICE)
    store.mute_rule(LOCAL, PRICE.id, NOW + timedelta(hours=1))
    (watched,) = ledger.watched()
    ledger.write(token, [replace(fired(), watched=watched)], {}, NOW)
    assert [alert.quiet for alert in store.alerts()] == [True]
    assert store.alerts(loud=True) == ()
    assert store.deliveries("local/price/fired/1") == ()


def test_quiet_hours_hold_a_message_until_they_end(store: Store, ledger: Ledger, token: int) -> None:
    ready_target(store)
    night = datetime(2026, 2, 6, 23, tzinfo=UTC)
    ledger.write(token, [fired()], {}, night)
    assert store.deliveries("local/price/fired/1")[0].due_at == datetime(2026, 2, 7, 7, tzinfo=UTC)


def test_a_capability_link_opens_what_it_says_until_it_ends(store: Store, clock: Clock) -> None:
    link = store.grant("somebody", may_edit=True, lasts=timedelta(days=1))
    found = store.capability(link)
    assert found is not None
    assert (found.owner, found.may_edit) == ("somebody", True)
    assert store.capability(link[:-1]) is None
    clock.moment += timedelta(days=1)
    assert store.capability(link) is None
    second = store.grant("somebody", may_edit=False)
    store.revoke(second)
    assert store.capability(second) is None


def test_a_read_only_copy_changes_nothing(database: Database, seal: Seal, clock: Clock) -> None:
    store = Store(database, seal, clock, read_only=True)
    with pytest.raises(Refused, match="read-only"):
        store.save_rule(LOCAL, PRICE)
    with pytest.raises(Refused, match="read-only"):
        store.add_target(LOCAL, "ntfy", "topic")
    assert store.statuses() == ()


def test_the_watcher_was_last_seen(store: Store, ledger: Ledger) -> None:
    assert store.watcher() is None
    ledger.beat("standby", NOW, leads=False)
    ledger.beat("leader", NOW - timedelta(seconds=12), leads=True, said="no prices")
    seen = store.watcher()
    assert seen is not None
    assert (seen.name, seen.said, seen.age(NOW)) == ("leader", "no prices", timedelta(seconds=12))


def test_the_database_alone_shows_no_address_and_no_link(
    store: Store, ledger: Ledger, token: int, database: Database
) -> None:
    bot = "123456789:" + "S" * 35
    store.add_target(LOCAL, "telegram", f"{bot}/42")
    link = store.grant(LOCAL, may_edit=True)
    (parcel,) = ledger.claim(token, NOW)
    with database.transaction() as connection:
        rows = [str(connection.execute(text(f"SELECT * FROM {table}")).all()) for table in metadata.tables]
    everything = "".join(rows)
    assert bot not in everything
    assert link not in everything
    assert parcel.mute not in everything


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    Seal(tmp_path).close("secret")
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(Unopened, match="read by others"):
        Seal(tmp_path).close("secret")


def test_a_new_key_on_top_seals_and_the_old_one_still_opens(tmp_path: Path) -> None:
    sealed = Seal(tmp_path).close("secret")
    file, other = tmp_path / KEY_FILE, tmp_path / "other"
    old, new = file.read_bytes(), (Seal(other).close("x"), (other / KEY_FILE).read_bytes())[1]
    file.write_bytes(new + old)
    both = Seal(tmp_path)
    assert both.open(sealed) == "secret"
    file.write_bytes(new)
    only_new = Seal(tmp_path)
    assert only_new.open(both.close("later")) == "later"
    with pytest.raises(Unopened, match="not here"):
        only_new.open(sealed)


def test_no_key_is_made_for_a_copy_that_keeps_nothing(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="read-only"):
        Store(database, Seal(tmp_path), clock, read_only=True).add_target(LOCAL, "ntfy", "topic")
    assert not (tmp_path / KEY_FILE).exists()


def test_an_address_that_cannot_be_sealed_is_refused_with_a_sentence(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / KEY_FILE).write_text("not a key\n")
    (tmp_path / KEY_FILE).chmod(0o600)
    with pytest.raises(Refused, match=r"No address can be kept: targets\.key is not a key file"):
        Store(database, Seal(tmp_path), clock).add_target(LOCAL, "ntfy", "topic")
    nowhere = Seal(tmp_path / KEY_FILE / "below a file")
    with pytest.raises(StoreUnavailable):
        Store(database, nowhere, clock).add_target(LOCAL, "ntfy", "topic")


def test_a_key_file_that_holds_no_key_opens_nothing(tmp_path: Path) -> None:
    file = tmp_path / KEY_FILE
    file.write_text("not a key\n")
    file.chmod(0o600)
    with pytest.raises(Unopened, match="is not a key file"):
        Seal(tmp_path).open("x")


def test_a_store_of_the_first_version_is_brought_up_to_date(database: Database, clock: Clock) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.transaction() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    with database.transaction() as connection:
        connection.execute(
            text("INSERT INTO rules (id, owner, body, created_at) VALUES ('r', 'local', :body, :at)"),
            {"body": dumps(pack_rule(replace(PRICE, id="r"))), "at": NOW.replace(tzinfo=None)},
        )
    later = Database(database.url.render_as_string(hide_password=False))
    store = Store(later, Seal(Path()), clock)
    store.keep_zone(LOCAL, Zone("BTC", 68_000, 70_000))
    assert [status.rule.id for status in store.statuses()] == ["r"]
    later.close()


def test_a_store_of_a_newer_version_is_left_alone_and_said(database: Database, clock: Clock) -> None:
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    older = Database(str(database.url.render_as_string(hide_password=False)))
    with pytest.raises(StoreUnavailable, match="written by a newer version"):
        Store(older, Seal(Path()), clock).statuses()


def test_a_store_that_cannot_be_reached_says_so_in_one_sentence(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("no database")
    for address in (f"sqlite:///{tmp_path / 'file'}", "postgresql://nobody@127.0.0.1:9/none"):
        database = Database(address)
        with pytest.raises(StoreUnavailable, match=r"^The watcher’s store cannot be reached\.$"):
            Store(database, Seal(tmp_path), clock).statuses()
        database.close()
