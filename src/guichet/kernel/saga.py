"""Processes of several steps, across services, that end whole or undone, also after a crash."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from prometheus_client import Counter

from guichet.kernel.logs import logger

RETRY_SECONDS_FIRST = 1.0
RETRY_SECONDS_MAX = 60.0
UNDO_ATTEMPTS_BEFORE_ATTENTION = 5
RESUME_IDLE_SECONDS = 0.5
RESUME_BATCH = 20

UNDO_STUCK = Counter("guichet_saga_undo_stuck_total", "Undo steps that keep failing.", ["step"])

log = logger(__name__)


class Outcome(StrEnum):
    """How a step ended. `UNKNOWN` is asked about again; `WAITING` waits for somebody outside."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WAITING = "waiting"


class Direction(StrEnum):
    """Whether a saga is getting on, or undoing what it did."""

    FORWARD = "forward"
    BACKWARD = "backward"


class SagaState(Protocol):
    """What the runner needs to know of a process; `step` is None once it has ended."""

    @property
    def saga_id(self) -> int:
        """Its id."""
        ...

    @property
    def step(self) -> str | None:
        """The step to do, or to undo, next."""
        ...

    @property
    def direction(self) -> str:
        """Which way it goes: a `Direction`, as stored."""
        ...

    @property
    def attempts(self) -> int:
        """How often the present step has ended unknown."""
        ...


S = TypeVar("S", bound=SagaState)


@dataclass(frozen=True, slots=True)
class StepResult(Generic[S]):
    """How a step ended, and the state with what it learnt.

    `is_saved` says that the step stored its effect and the progress in one commit of its own.
    `wait_seconds` bounds a `WAITING`.
    """

    outcome: Outcome
    state: S
    is_saved: bool = False
    wait_seconds: float = RETRY_SECONDS_FIRST


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """One step: `do` may be repeated at any time, and so may `undo`, which cannot fail for good.

    `stores_before` says that `do` stores, in the commit of its own effect, also what the step
    before it learnt; where `do` does not succeed, that is stored with its outcome. A crash in
    between repeats the step before.
    """

    name: str
    do: Callable[[S], Awaitable[StepResult[S]]]
    undo: Callable[[S], Awaitable[StepResult[S]]] | None = None
    stores_before: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """What to store after a step: the next step and way, and when to look again if it waits."""

    step: str | None
    direction: Direction
    attempts: int = 0
    run_after_seconds: float = 0.0
    needs_attention: bool = False


class SagaStore(Protocol[S]):
    """Where sagas are kept."""

    def advanced(self, state: S, progress: Progress) -> S:
        """Return the state with this progress, which nobody has stored yet."""
        ...

    async def save(self, state: S, progress: Progress) -> S:
        """Store what the step learnt together with the progress; returns the stored state.

        Raises `Overtaken` where another runner has got further meanwhile.
        """
        ...

    async def claim_due(self, limit: int) -> Sequence[S]:
        """Take a lease on sagas whose time has come and whose last lease has ended."""
        ...


class Overtaken(Exception):
    """Another runner has taken this saga further; what was read of it is out of date."""


class SagaRunner(Generic[S]):
    """Runs sagas step by step; any number of replicas may run the same store."""

    def __init__(self, steps: Sequence[Step[S]], store: SagaStore[S]) -> None:
        self._steps = {step.name: step for step in steps}
        self._order = [step.name for step in steps]
        self._store = store
        self.wake = asyncio.Event()

    async def run(self, state: S) -> S:
        """Take a saga as far as it goes now: to its end, or to where it must wait."""
        while state.step is not None:
            result = await self._attempt(state)
            progress = self._progress(state, result)
            if result.is_saved:
                state = result.state
            elif self._is_stored_with_the_next(result, progress):
                state = self._store.advanced(result.state, progress)
            else:
                state = await self._store.save(result.state, progress)
            if result.outcome in (Outcome.UNKNOWN, Outcome.WAITING):
                break
        return state

    async def resume(self) -> None:
        """Take up, for ever, what a crash or a wait has left; a worker runs this."""
        while True:
            due = await self._store.claim_due(RESUME_BATCH)
            await asyncio.gather(*(self._resume_one(state) for state in due))
            if not due:
                try:
                    await asyncio.wait_for(self.wake.wait(), RESUME_IDLE_SECONDS)
                except TimeoutError:
                    continue
                self.wake.clear()

    async def _resume_one(self, state: S) -> None:
        try:
            await self.run(state)
        except Overtaken:
            log.info("saga overtaken", saga=state.saga_id)
        except Exception as error:
            log.error("saga could not be stored", saga=state.saga_id, exc_info=error)

    async def _attempt(self, state: S) -> StepResult[S]:
        step = self._steps[state.step or ""]
        act = step.do if state.direction == Direction.FORWARD else step.undo
        if act is None:
            return StepResult(Outcome.DONE, state)
        try:
            return await act(state)
        except Overtaken:
            raise
        except Exception as error:
            log.warning("step failed", saga=state.saga_id, step=step.name, exc_info=error)
            return StepResult(Outcome.UNKNOWN, state)

    def _is_stored_with_the_next(self, result: StepResult[S], progress: Progress) -> bool:
        following = self._steps.get(progress.step or "")
        is_forward = progress.direction is Direction.FORWARD
        is_done = result.outcome is Outcome.DONE
        return is_done and is_forward and following is not None and following.stores_before

    def _progress(self, before: S, result: StepResult[S]) -> Progress:
        position = self._order.index(before.step or "")
        match result.outcome:
            case Outcome.DONE if before.direction == Direction.FORWARD:
                following = self._order[position + 1 : position + 2]
                return Progress(following[0] if following else None, Direction.FORWARD)
            # An undo that says it failed is tried again: what was done must not stay half undone.
            case Outcome.FAILED if before.direction == Direction.BACKWARD:
                return self._retry(before)
            case Outcome.DONE | Outcome.FAILED:
                following = self._order[position - 1] if position else None
                return Progress(following, Direction.BACKWARD)
            case Outcome.WAITING:
                return Progress(
                    before.step, Direction(before.direction), run_after_seconds=result.wait_seconds
                )
            case _:
                return self._retry(before)

    def _retry(self, before: S) -> Progress:
        attempts = before.attempts + 1
        is_stuck = (
            before.direction == Direction.BACKWARD and attempts >= UNDO_ATTEMPTS_BEFORE_ATTENTION
        )
        if is_stuck:
            UNDO_STUCK.labels(before.step or "").inc()
            log.error("undo keeps failing", saga=before.saga_id, step=before.step)
        return Progress(
            before.step,
            Direction(before.direction),
            attempts,
            min(RETRY_SECONDS_FIRST * 2 ** (attempts - 1), RETRY_SECONDS_MAX),
            needs_attention=is_stuck,
        )
