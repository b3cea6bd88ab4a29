"""A process of several steps ends whole or undone, whatever fails, repeats or crashes."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from guichet.kernel.saga import (
    RETRY_SECONDS_MAX,
    UNDO_ATTEMPTS_BEFORE_ATTENTION,
    Direction,
    Outcome,
    Overtaken,
    Progress,
    SagaRunner,
    Step,
    StepResult,
)

NAMES = ("reserve", "pay", "issue")


Script = dict[str, list[Outcome | Exception]]


@dataclass(frozen=True)
class State:
    """A process as these tests store it."""

    saga_id: int = 1
    step: str | None = NAMES[0]
    direction: str = Direction.FORWARD
    attempts: int = 0


Act = Callable[[State], Awaitable[StepResult[State]]]


@dataclass
class World:
    """What the steps have done, and the outcomes that a test scripts for them, by name."""

    script: Script = field(default_factory=Script)
    done: list[str] = field(default_factory=list[str])
    calls: list[str] = field(default_factory=list[str])

    def act(
        self, name: str, *, is_undo: bool = False
    ) -> Callable[[State], Awaitable[StepResult[State]]]:
        label = f"undo {name}" if is_undo else name

        async def run(state: State) -> StepResult[State]:
            self.calls.append(label)
            planned = self.script.get(label, [])
            outcome = planned.pop(0) if planned else Outcome.DONE
            if isinstance(outcome, Exception):
                raise outcome
            if outcome is Outcome.DONE:
                if is_undo:
                    self.done = [other for other in self.done if other != name]
                elif name not in self.done:
                    self.done.append(name)
            return StepResult(outcome, state)

        return run

    def steps(self) -> list[Step[State]]:
        return [
            Step("reserve", self.act("reserve"), self.act("reserve", is_undo=True)),
            Step("pay", self.act("pay"), self.act("pay", is_undo=True)),
            Step("issue", self.act("issue")),
        ]


@dataclass
class Store:
    """Keeps one process, and every progress that was stored."""

    kept: State = field(default_factory=State)
    saved: list[Progress] = field(default_factory=list[Progress])
    crash_at: int | None = None

    def advanced(self, state: State, progress: Progress) -> State:
        return replace(
            state,
            step=progress.step,
            direction=progress.direction,
            attempts=progress.attempts,
        )

    async def save(self, state: State, progress: Progress) -> State:
        if self.crash_at == len(self.saved):
            self.crash_at = None
            raise ConnectionError("crash before the progress was stored")
        self.saved.append(progress)
        self.kept = self.advanced(state, progress)
        return self.kept

    async def claim_due(self, limit: int) -> Sequence[State]:
        return [self.kept][:limit] if self.kept.step is not None else []


def runner_of(world: World, store: Store) -> SagaRunner[State]:
    return SagaRunner(world.steps(), store)


async def run_to_the_end(world: World, store: Store) -> State:
    """Run, and again after each wait or crash, as the resumer does."""
    for _ in range(50):
        try:
            state = await runner_of(world, store).run(store.kept)
        except ConnectionError:
            continue
        if state.step is None:
            return state
    raise AssertionError("the process never ended")


async def test_all_steps_in_their_order() -> None:
    world, store = World(), Store()
    state = await runner_of(world, store).run(store.kept)
    assert world.calls == list(NAMES)
    assert (state.step, state.direction) == (None, Direction.FORWARD)
    assert [progress.step for progress in store.saved] == ["pay", "issue", None]


@pytest.mark.parametrize(
    ("failing", "calls"),
    [
        ("reserve", ["reserve"]),
        ("pay", ["reserve", "pay", "undo reserve"]),
        ("issue", ["reserve", "pay", "issue", "undo pay", "undo reserve"]),
    ],
)
async def test_a_failure_undoes_what_was_done_backwards(failing: str, calls: list[str]) -> None:
    world, store = World({failing: [Outcome.FAILED]}), Store()
    state = await runner_of(world, store).run(store.kept)
    assert world.calls == calls
    assert world.done == []
    assert (state.step, state.direction) == (None, Direction.BACKWARD)


@pytest.mark.parametrize("name", [*NAMES, "undo pay", "undo reserve"])
@pytest.mark.parametrize("trouble", [Outcome.UNKNOWN, KeyError("bug"), TimeoutError()])
async def test_an_unknown_outcome_waits_and_is_asked_about_again(
    name: str, trouble: Outcome | Exception
) -> None:
    script: Script = {name: [trouble, trouble]}
    if name.startswith("undo"):
        script["issue"] = [Outcome.FAILED]
    world, store = World(script), Store()
    await run_to_the_end(world, store)
    assert world.calls.count(name) == 3
    assert world.done == ([] if name.startswith("undo") else list(NAMES))
    waits = [progress.run_after_seconds for progress in store.saved if progress.attempts]
    assert waits == [1.0, 2.0]


@pytest.mark.parametrize("name", ["undo pay", "undo reserve"])
async def test_an_undo_cannot_fail_for_good(name: str) -> None:
    world = World({"issue": [Outcome.FAILED], name: [Outcome.FAILED]})
    store = Store()
    await run_to_the_end(world, store)
    assert world.calls.count(name) == 2
    assert world.done == []


async def test_an_undo_that_keeps_failing_asks_for_attention() -> None:
    world = World({"pay": [Outcome.FAILED], "undo reserve": [Outcome.UNKNOWN] * 12})
    store = Store()
    await run_to_the_end(world, store)
    attention = [progress.attempts for progress in store.saved if progress.needs_attention]
    assert attention == list(range(UNDO_ATTEMPTS_BEFORE_ATTENTION, 13))
    assert max(progress.run_after_seconds for progress in store.saved) == RETRY_SECONDS_MAX
    assert world.done == []


async def test_waiting_for_somebody_is_no_failed_attempt() -> None:
    world, store = World({"pay": [Outcome.WAITING]}), Store()
    state = await runner_of(world, store).run(store.kept)
    assert (state.step, state.attempts) == ("pay", 0)
    assert world.calls == ["reserve", "pay"]
    await run_to_the_end(world, store)
    assert world.done == list(NAMES)


CRASHES = list(itertools.product(range(5), [None, "pay", "issue"]))


@pytest.mark.parametrize(("crash_at", "failing"), CRASHES)
async def test_a_crash_before_any_step_is_stored_changes_nothing_in_the_end(
    crash_at: int, failing: str | None
) -> None:
    """A step that was done but not stored is done twice; its effect is there once."""
    script: dict[str, list[Outcome | Exception]] = (
        {failing: [Outcome.FAILED] * 2} if failing else {}
    )
    world, store = World(script), Store(crash_at=crash_at)
    state = await run_to_the_end(world, store)
    assert state.direction in (Direction.FORWARD, Direction.BACKWARD)
    assert world.done == (list(NAMES) if state.direction == Direction.FORWARD else [])


async def test_a_step_that_stored_its_own_progress_is_not_stored_again() -> None:
    store = Store()

    async def whole(state: State) -> StepResult[State]:
        return StepResult(Outcome.DONE, replace(state, step=None), is_saved=True)

    runner = SagaRunner([Step("reserve", whole)], store)
    assert (await runner.run(store.kept)).step is None
    assert store.saved == []


def storing_both(world: World, store: Store) -> SagaRunner[State]:
    """Return a runner whose last step stores what the payment learnt with its own effect."""
    reserve, pay, _ = world.steps()
    issue = world.act("issue")

    async def both(state: State) -> StepResult[State]:
        result = await issue(state)
        if result.outcome is not Outcome.DONE:
            return result
        ended = await store.save(state, Progress(None, Direction.FORWARD))
        return replace(result, state=ended, is_saved=True)

    return SagaRunner([reserve, pay, Step("issue", both, stores_before=True)], store)


async def test_what_a_step_learnt_is_stored_with_the_effect_of_the_next() -> None:
    world, store = World(), Store()
    state = await storing_both(world, store).run(store.kept)
    assert world.calls == list(NAMES)
    assert state.step is None
    assert [progress.step for progress in store.saved] == ["pay", None]


@pytest.mark.parametrize(
    ("outcome", "stored"),
    [
        (Outcome.FAILED, ("pay", Direction.BACKWARD)),
        (Outcome.UNKNOWN, ("issue", Direction.FORWARD)),
        (TimeoutError(), ("issue", Direction.FORWARD)),
    ],
)
async def test_where_the_next_step_does_not_succeed_what_was_learnt_is_stored_with_its_outcome(
    outcome: Outcome | Exception, stored: tuple[str, Direction]
) -> None:
    world, store = World({"issue": [outcome]}), Store()
    await storing_both(world, store).run(store.kept)
    second = store.saved[1]
    assert (second.step, second.direction) == stored


async def test_a_crash_between_two_steps_stored_together_repeats_the_first() -> None:
    world, store = World(), Store()
    reserve, pay, _ = world.steps()

    async def crash(_: State) -> StepResult[State]:
        raise asyncio.CancelledError

    crashing = SagaRunner([reserve, pay, Step("issue", crash, stores_before=True)], store)
    with pytest.raises(asyncio.CancelledError):
        await crashing.run(store.kept)
    assert store.kept.step == "pay"
    await storing_both(world, store).run(store.kept)
    assert world.calls == ["reserve", "pay", "pay", "issue"]
    assert (world.done, store.kept.step) == (list(NAMES), None)


async def test_a_runner_that_was_overtaken_stops_at_once() -> None:
    world, store = World({"pay": [Overtaken()]}), Store()
    with pytest.raises(Overtaken):
        await runner_of(world, store).run(store.kept)
    assert world.calls == ["reserve", "pay"]


async def test_the_resumer_takes_up_what_was_left_and_survives_trouble() -> None:
    world, store = World({"reserve": [Outcome.UNKNOWN, Overtaken()]}), Store(crash_at=1)
    resuming = asyncio.create_task(runner_of(world, store).resume())
    try:
        async with asyncio.timeout(10):
            while store.kept.step is not None:  # noqa: ASYNC110 - the resumer tells nobody
                await asyncio.sleep(0.01)
    finally:
        resuming.cancel()
    assert world.done == list(NAMES)
