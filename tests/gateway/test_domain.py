"""The roster: who may be sent requests, by what is configured, announced and probed."""

import pytest

from guichet.gateway.domain import (
    FAREWELL_SECONDS,
    PROBE_SECONDS,
    PROBE_SECONDS_IN_DOUBT,
    SILENCE_SECONDS_MAX,
    Address,
    Instance,
    Roster,
    State,
    parse_address,
    parse_instances,
    service_status,
)

HERE = Address("10.0.0.1", 8004)
THERE = Address("10.0.0.2", 8004)


def only(roster: Roster) -> Instance:
    """Return the one instance that the roster knows."""
    (instance,) = roster.all()
    return instance


def configured(*, presumed: bool = False) -> Roster:
    roster = Roster()
    roster.place("tickets", HERE, [HERE], presumed=presumed)
    return roster


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://10.0.0.1:8004", Address("10.0.0.1", 8004)),
        ("http://tickets-1.internal:80/", Address("tickets-1.internal", 80)),
        ("http://[fd00::1]:8004", Address("fd00::1", 8004)),
    ],
)
def test_an_address_is_read(url: str, address: Address) -> None:
    assert parse_address(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "10.0.0.1:8004",
        "https://10.0.0.1:8004",
        "http://10.0.0.1",
        "http://10.0.0.1:0",
        "http://10.0.0.1:65536",
        "http://10.0.0.1:80/path",
        "http://user@10.0.0.1:80",
        "http://10.0.0.1:80; }",
        "http://a\nb:80",
        "http://10.0.0.1:80\n",
        "http://$host:80",
    ],
)
def test_nothing_but_an_address_is_read(url: str) -> None:
    with pytest.raises(ValueError, match="http://host:port"):
        parse_address(url)


def test_addresses_are_written_as_nginx_reads_them() -> None:
    assert str(HERE) == "10.0.0.1:8004"
    assert str(Address("fd00::1", 80)) == "[fd00::1]:80"
    assert HERE.is_literal
    assert Address("fd00::1", 80).is_literal
    assert not Address("tickets.internal", 80).is_literal


def test_the_setting_names_instances_by_service() -> None:
    text = "tickets=http://10.0.0.1:8004, http://10.0.0.2:8004 ; auth=http://auth.internal:8001;"
    assert parse_instances(text) == {
        "tickets": [HERE, THERE],
        "auth": [Address("auth.internal", 8001)],
    }
    assert parse_instances("") == {}


@pytest.mark.parametrize("text", ["tickets", "gateway=http://a:1", "tickets=", "=http://a:1"])
def test_a_malformed_setting_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_instances(text)


def test_what_the_settings_name_is_presumed_up_at_the_start_only() -> None:
    assert configured(presumed=True).in_rotation("tickets") == [HERE]
    assert configured().in_rotation("tickets") == []


def test_one_success_brings_an_instance_in_and_two_failures_take_it_out() -> None:
    roster = configured()
    roster.probed(only(roster), 1.0, 0.002)
    assert roster.in_rotation("tickets") == [HERE]
    roster.probed(only(roster), 2.0, None)
    assert roster.in_rotation("tickets") == [HERE]
    roster.probed(only(roster), 3.0, None)
    assert roster.in_rotation("tickets") == []
    roster.probed(only(roster), 4.0, 0.002)
    assert roster.in_rotation("tickets") == [HERE]


def test_failures_count_only_in_a_row() -> None:
    roster = configured()
    for latency in (0.002, None, 0.002, None):
        roster.probed(only(roster), 1.0, latency)
    assert roster.in_rotation("tickets") == [HERE]


def late(roster: Roster, address: Address, *moments: float) -> None:
    instance = next(each for each in roster.all() if each.address == address)
    for moment in moments:
        roster.probed(instance, moment, None, is_late=True)


def test_a_slow_instance_is_kept_for_a_while_where_there_is_no_other() -> None:
    """Under a crowd every instance is slow; leaving them all out would refuse everybody."""
    roster = configured()
    roster.probed(only(roster), 1.0, 0.002)
    late(roster, HERE, 2.0, 3.0, 11.0)
    assert only(roster).state is State.SLOW
    assert roster.in_rotation("tickets") == [HERE]
    late(roster, HERE, 13.5)
    assert only(roster).state is State.DOWN
    assert roster.in_rotation("tickets") == []
    late(roster, HERE, 14.0)
    assert only(roster).state is State.DOWN
    roster.probed(only(roster), 15.0, 0.002)
    late(roster, HERE, 16.0, 17.0)
    assert roster.in_rotation("tickets") == [HERE]


def test_a_slow_instance_is_left_out_where_there_is_another() -> None:
    there = Address("127.0.0.1", 8104)
    roster = configured()
    roster.place("tickets", there, [there])
    for instance in roster.all():
        roster.probed(instance, 1.0, 0.002)
    late(roster, HERE, 2.0, 3.0)
    assert roster.in_rotation("tickets") == [there]


def test_an_instance_that_never_answered_is_not_slow() -> None:
    roster = Roster()
    roster.announced("tickets", "tickets-a", HERE, 1.0)
    late(roster, HERE, 1.1, 2.0)
    assert roster.in_rotation("tickets") == []


def test_an_announced_instance_waits_for_its_first_probe() -> None:
    roster = Roster()
    roster.announced("tickets", "tickets-a", HERE, 1.0)
    assert roster.in_rotation("tickets") == []
    roster.probed(only(roster), 1.1, 0.002)
    assert roster.in_rotation("tickets") == [HERE]
    assert roster.in_rotation("auth") == []


def test_silence_counts_once_it_could_be_heard() -> None:
    roster = Roster()
    roster.announced("tickets", "tickets-a", HERE, 1.0)
    roster.expire(100.0, listening_since=None)
    assert roster.all(), "without NATS nobody is forgotten"
    roster.expire(100.0, listening_since=99.0)
    assert roster.all(), "NATS has only just come back"
    roster.expire(99.1 + SILENCE_SECONDS_MAX, listening_since=99.0)
    assert not roster.all()


def test_a_configured_instance_survives_its_silence() -> None:
    roster = configured()
    roster.announced("tickets", "tickets-a", HERE, 1.0)
    roster.probed(only(roster), 1.0, 0.002)
    roster.expire(50.0, listening_since=0.0)
    assert roster.in_rotation("tickets") == [HERE]
    assert only(roster).announced_at is None


def test_a_farewell_takes_effect_at_once() -> None:
    roster = Roster()
    roster.announced("tickets", "tickets-a", HERE, 1.0)
    roster.probed(only(roster), 1.0, 0.002)
    roster.left("tickets", "tickets-a", HERE, 2.0)
    assert not roster.all()


def test_a_leaving_process_is_not_brought_back_by_its_last_probes() -> None:
    roster = configured()
    roster.announced("tickets", "tickets-a", HERE, 1.0)
    roster.probed(only(roster), 1.0, 0.002)
    roster.left("tickets", "tickets-a", HERE, 2.0)
    roster.probed(only(roster), 2.5, 0.002)
    assert roster.in_rotation("tickets") == []
    assert only(roster).state is State.LEAVING
    roster.probed(only(roster), 2.0 + FAREWELL_SECONDS, 0.002)
    assert roster.in_rotation("tickets") == [HERE]


def test_the_successor_at_the_same_address_comes_in_at_once() -> None:
    roster = configured()
    roster.announced("tickets", "tickets-a", HERE, 1.0)
    roster.left("tickets", "tickets-a", HERE, 2.0)
    roster.announced("tickets", "tickets-b", HERE, 2.5)
    roster.probed(only(roster), 2.6, 0.002)
    assert roster.in_rotation("tickets") == [HERE]


def test_the_farewell_of_a_predecessor_does_not_count() -> None:
    roster = Roster()
    roster.announced("tickets", "tickets-b", HERE, 1.0)
    roster.probed(only(roster), 1.0, 0.002)
    roster.left("tickets", "tickets-a", HERE, 2.0)
    assert roster.in_rotation("tickets") == [HERE]
    roster.left("tickets", "tickets-z", THERE, 2.0)
    assert roster.in_rotation("tickets") == [HERE]


def test_a_name_that_leads_elsewhere_moves_its_instances() -> None:
    name = Address("tickets.internal", 8004)
    roster = Roster()
    roster.place("tickets", name, [HERE, THERE])
    for instance in roster.all():
        roster.probed(instance, 1.0, 0.002)
    assert roster.in_rotation("tickets") == [HERE, THERE]
    roster.place("tickets", name, [THERE])
    assert roster.in_rotation("tickets") == [THERE]


def test_probes_are_due_every_second_and_sooner_in_doubt() -> None:
    roster = configured()
    instance = only(roster)
    assert roster.due(0.0) == [instance]
    roster.probed(instance, 10.0, 0.002)
    assert roster.due(10.0 + PROBE_SECONDS_IN_DOUBT) == []
    assert roster.due(10.0 + PROBE_SECONDS) == [instance]
    roster.probed(instance, 11.0, None)
    assert roster.due(11.0 + PROBE_SECONDS_IN_DOUBT) == [instance]


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ([State.UP, State.UP], "ok"),
        ([State.UP, State.DOWN], "degraded"),
        ([State.UP, State.SLOW], "degraded"),
        ([State.SLOW], "degraded"),
        ([State.DOWN], "down"),
        ([State.PRESUMED], "down"),
        ([], "down"),
    ],
)
def test_a_service_is_as_well_as_its_instances(states: list[State], status: str) -> None:
    assert service_status(states) == status
