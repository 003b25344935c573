"""The main paths of a process: of all that its event log shows, what is drawn when it is drawn small."""

from collections.abc import Mapping, Sequence

from licet.core.process import AsIs, Edge

MOST_WAYS = 250
"""Ways from step to step that are shown, beyond those by which each step is reached and left most often."""

LEAST_AT_ENDS = 0.02
"""From this share of cases on, a step in which cases begin or end is shown as one."""


def kept_edges(as_is: AsIs, share: float) -> tuple[Edge, ...]:
    """The most frequent edges that together carry a share of all steps from one to the next.

    Beyond them each step keeps the edge that leads into it most often, and the one that leads out most often: none hangs in the air.
    Of more than `MOST_WAYS` nothing else is kept.

    Args:
        as_is: the process.
        share: in (0, 1].
    """
    whole, seen = sum(edge.span.n for edge in as_is.edges), 0
    kept: list[Edge] = []
    led: set[tuple[str, int]] = set()
    for edge in as_is.edges:
        ends = {("into", edge.target), ("out of", edge.source)} if edge.source != edge.target else set()
        if (seen < share * whole and len(kept) < MOST_WAYS) or ends - led:
            kept.append(edge)
        led |= ends
        seen += edge.span.n
    return tuple(kept)


def kept_ends(as_is: AsIs, counts: Mapping[int, int]) -> Sequence[tuple[int, int]]:
    """The steps with which cases begin (or end), each with how many do; the rare ones are left out, and never the most frequent one."""
    most = max(counts.values(), default=0)
    return [(step, n) for step, n in counts.items() if n >= LEAST_AT_ENDS * as_is.cases or n == most]
