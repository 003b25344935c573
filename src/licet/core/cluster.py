"""Clusters: cases that share a customer, a document or a thread, err together, and so count as one draw in every bound."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from licet.core.canonical import Json

MOST_CASES = 10_000
"""Cases a cluster may be said to have at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """How cases are grouped, fixed before any label is read.

    Attributes:
        attribute: its value names the cluster of a case; a case without it is a cluster of its own.
        largest: the most cases a cluster can have; evidence is scaled by it.
    """

    attribute: str
    largest: int


def clusters_to_json(clusters: Clusters) -> Mapping[str, Json]:
    """Writes the rule."""
    return {"attribute": clusters.attribute, "largest": clusters.largest}


def clusters_from_json(raw: Json) -> Clusters | None:
    """Reads what `clusters_to_json` wrote; None for nothing.

    Raises:
        NotClustersError: when it is no rule.
    """
    match raw:
        case None:
            return None
        case {"attribute": str(attribute), "largest": int(largest)}:
            return Clusters(attribute=attribute, largest=largest)
        case _:
            raise NotClustersError(f"{raw!r} does not say clusters: give attribute and largest.")


class NotClustersError(ValueError):
    """A value does not say how cases are grouped."""


def faults_in_clusters(clusters: Clusters) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a rule beyond its form: the key, why, and what to write instead."""
    if not 1 < clusters.largest <= MOST_CASES:
        why = f"{clusters.largest!r} is not a number of cases from 2 to {MOST_CASES:,}."
        yield "largest", why, "Write the most cases that one cluster can have."


def clusters_of(clusters: Clusters | None, attributes: Sequence[Mapping[str, str]]) -> tuple[int, ...]:
    """The cluster of each case, as a number from 0 in the order of first occurrence, shape (n,); empty without a rule."""
    if clusters is None:
        return ()
    found: dict[tuple[str, str | int], int] = {}
    keys = [_key(one.get(clusters.attribute), at) for at, one in enumerate(attributes)]
    return tuple(found.setdefault(key, len(found)) for key in keys)


def _key(value: str | None, at: int) -> tuple[str, str | int]:
    return ("alone", at) if value is None else ("named", value)


def too_large(clusters: Clusters | None, attributes: Sequence[Mapping[str, str]]) -> int | None:
    """The size of the largest cluster, where it has more cases than the rule allows; None where all fit."""
    numbers = clusters_of(clusters, attributes)
    if clusters is None or not numbers:
        return None
    most = max(Counter(numbers).values())
    return most if most > clusters.largest else None
