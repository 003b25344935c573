"""A chunk: waited for as long as it moves, and a step may take as long as the system's own limits let it, and no longer."""

import threading
from datetime import timedelta

import pytest

from licet.edge.chunks import Chunk, Chunks, ChunkStandsStillError
from licet.edge.system_blocks import longest_for

SHORT, LONG = timedelta(seconds=0.3), timedelta(seconds=30)


class Hanging:
    """Work that hangs until it is freed."""

    def __init__(self) -> None:
        self.free = threading.Event()

    def __call__(self, chunk: Chunk) -> None:
        del chunk
        self.free.wait(30)


def begun(longest: timedelta = LONG) -> Chunk:
    chunk = Chunk(use_case_id=1, claim="c_1")
    chunk.expect(longest)
    return chunk


def test_a_chunk_that_moves_is_waited_for_longer_than_one_step_may_take() -> None:
    chunks, chunk, steps = Chunks(), begun(), threading.Event()

    def move(one: Chunk) -> None:
        for _ in range(8):
            one.expect(SHORT)
            steps.wait(0.1)
        assert chunks.claims() == ["c_1"]

    chunks.work(chunk, move)
    assert chunks.claims() == []


def test_a_chunk_that_does_not_move_is_left_and_holds_no_lease() -> None:
    chunks, hanging = Chunks(), Hanging()
    with pytest.raises(ChunkStandsStillError, match="Nothing moved"):
        chunks.work(begun(SHORT), hanging)
    assert chunks.claims() == []
    hanging.free.set()


def test_what_a_chunk_raises_reaches_whoever_waits_for_it_and_holds_no_lease() -> None:
    chunks = Chunks()

    def fail(one: Chunk) -> None:
        del one
        message = "the database is gone"
        raise ConnectionError(message)

    with pytest.raises(ConnectionError, match="gone"):
        chunks.work(begun(), fail)
    assert chunks.claims() == []


def test_at_the_end_what_hangs_is_left_after_a_while_and_what_ends_is_not() -> None:
    chunks, hanging = Chunks(), Hanging()
    told: list[BaseException] = []

    def wait() -> None:
        try:
            chunks.work(begun(), hanging)
        except ChunkStandsStillError as error:
            told.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    while not chunks.claims():
        thread.join(0.01)
    assert chunks.end(until_s=0.0) == ["c_1"]
    thread.join(10)
    assert len(told) == 1
    assert chunks.end(until_s=0.0) == []
    hanging.free.set()


@pytest.mark.parametrize(("calls", "concurrency", "rounds"), [(0, 8, 1), (1, 8, 2), (25, 8, 14), (25, 1, 101), (25, 64, 3)], ids=str)
def test_so_many_calls_may_take_as_long_as_four_chunks_that_share_a_system_and_one_call_before(
    calls: int, concurrency: int, rounds: int
) -> None:
    assert longest_for(calls, each_s=10.0, concurrency=concurrency) == timedelta(seconds=10 * rounds)
