"""Layers: where the boxes and lines of a directed graph stand, from top to bottom, so that few lines cross and most point down.

The four steps of Sugiyama, Tagawa and Toda (1981, "Methods for visual understanding of hierarchical system structures"): circles are
opened at their lightest lines, boxes get layers, layers are ordered by barycentres, and boxes get places by a least-squares fit that
keeps that order. The same graph always gives the same picture.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

SWEEPS = 12
"""Times that the order of layers is mended, down and up."""

SETTLES = 24
"""Times that boxes are moved towards their neighbours, down and up."""

STRAIGHT = 8.0
"""How much more a line inside a long way wants to be straight than one at a box."""

TELLING = 0.25
"""A line decides on layers where it carries at least this share of what goes out of its source or into its target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A line from one box to another; the heavier, the more it decides on the picture."""

    source: int
    target: int
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Of boxes, and the least room between them, in pixels; `lane`: the room a line takes that passes by."""

    width: float
    height: float
    gap: float
    rise: float
    lane: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A picture: the middles of boxes, and for each link (in the order given) the points it goes through from box to box.

    Attributes:
        places: x and y of the middle of each box, from 0.
        ways: points between source and target, empty where they lie in neighbouring layers; a link to itself has none.
        upward: whether a link goes up, against the direction of most.
        width, height: of the whole picture.
    """

    places: tuple[tuple[float, float], ...]
    ways: tuple[tuple[tuple[float, float], ...], ...]
    upward: tuple[bool, ...]
    width: float
    height: float


def lay_out(count: int, links: Sequence[Link], sizes: Sizes, *, first: int) -> Layout:
    """Finds a place for each box and a way for each link.

    Args:
        count: how many boxes there are, at least one.
        links: from box to box, at most one for each pair in each direction.
        sizes: of boxes and gaps.
        first: the box that stands on top.
    """
    down = _turned(count, links, first)
    ranks = _ranks(count, links, down, first)
    grid = _Grid.of(ranks, links)
    order = _ordered(grid)
    across = _across(grid, order, sizes)
    left = min(x - grid.room(at, sizes) / 2 for at, x in enumerate(across))
    right = max(x + grid.room(at, sizes) / 2 for at, x in enumerate(across))
    step = sizes.height + sizes.rise
    points = [(x - left, grid.rank[at] * step + sizes.height / 2) for at, x in enumerate(across)]
    ways = tuple(tuple(points[at] for at in chain) for chain in grid.chains)
    upward = tuple(ranks[link.target] < ranks[link.source] for link in links)
    return Layout(places=tuple(points[:count]), ways=ways, upward=upward, width=right - left, height=(max(ranks) + 1) * step - sizes.rise)


# --- which way is down, and how far ---------------------------------------------------------------------------------------


def _turned(count: int, links: Sequence[Link], first: int) -> list[bool]:
    """Whether each link points down: those by which boxes are reached first, then the heaviest; what would close a circle points up."""
    below: list[set[int]] = [set() for _ in range(count)]
    down = [False] * len(links)
    reached = _reached(links, first)
    for at in [*reached, *sorted(set(range(len(links))) - set(reached), key=lambda one: (-links[one].weight, one))]:
        source, target = links[at].source, links[at].target
        if source != target and not _reaches(below, target, source):
            below[source].add(target)
            down[at] = True
    return down


def _reached(links: Sequence[Link], first: int) -> list[int]:
    """The links by which boxes are reached from the first one, always the heaviest that leads to a new box (Prim 1957)."""
    seen = {first}
    taken: list[int] = []
    while True:
        fresh = [at for at, link in enumerate(links) if link.source in seen and link.target not in seen]
        if not fresh:
            return taken
        taken.append(max(fresh, key=lambda at: (links[at].weight, -at)))
        seen.add(links[taken[-1]].target)


def _reaches(below: Sequence[set[int]], start: int, goal: int) -> bool:
    seen, open_ = {start}, [start]
    while open_:
        here = open_.pop()
        if here == goal:
            return True
        fresh = below[here] - seen
        seen |= fresh
        open_ += fresh
    return False


def _ranks(count: int, links: Sequence[Link], down: Sequence[bool], first: int) -> list[int]:
    """The layer of each box: the longest way from the top by links that carry much of what passes their boxes.

    Links that carry little do not push boxes further down: they may come to lie flat or point up, which is drawn as it is.
    """
    out, into = defaultdict[int, float](float), defaultdict[int, float](float)
    most_in: dict[int, int] = {}
    for at, link in enumerate(links):
        if down[at]:
            out[link.source] += link.weight
            into[link.target] += link.weight
            if link.target not in most_in or link.weight > links[most_in[link.target]].weight:
                most_in[link.target] = at
    telling = [
        (link.source, link.target)
        for at, link in enumerate(links)
        if down[at]
        and (at == most_in[link.target] or link.weight >= TELLING * out[link.source] or link.weight >= TELLING * into[link.target])
    ]
    ranks = [0 if box == first else 1 for box in range(count)]
    for _ in range(count):
        for source, target in telling:
            ranks[target] = max(ranks[target], ranks[source] + 1)
    return _unlevel(ranks, links)


def _unlevel(ranks: list[int], links: Sequence[Link]) -> list[int]:
    """Moves boxes down that a link joins within a layer, the lighter end first, until no link lies flat."""
    weight = defaultdict[int, float](float)
    for link in links:
        weight[link.target] += link.weight
    for _ in range(len(ranks)):
        flat = [link for link in links if link.source != link.target and ranks[link.source] == ranks[link.target]]
        if not flat:
            break
        lighter = min((box for link in flat for box in (link.source, link.target)), key=lambda box: (weight[box], box))
        ranks = [rank + (rank > ranks[lighter]) + (box == lighter) for box, rank in enumerate(ranks)]
    return ranks


# --- in which order -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Boxes and the places that long links pass, by layer.

    Attributes:
        boxes: how many places are boxes; the rest are passed.
        rank: the layer of each place.
        chains: for each link the places it passes, from its source to its target.
        up, down: for each place its neighbours in the layer above and below, each with how straight the line wants to be.
    """

    boxes: int
    rank: tuple[int, ...]
    chains: tuple[tuple[int, ...], ...]
    up: Mapping[int, Sequence[tuple[int, float]]]
    down: Mapping[int, Sequence[tuple[int, float]]]

    @classmethod
    def of(cls, ranks: Sequence[int], links: Sequence[Link]) -> "_Grid":
        """Puts a place into each layer that a link passes."""
        rank, chains = list(ranks), []
        up, down = defaultdict[int, list[tuple[int, float]]](list), defaultdict[int, list[tuple[int, float]]](list)
        for link in links:
            step = 1 if ranks[link.target] > ranks[link.source] else -1
            passed = range(ranks[link.source] + step, ranks[link.target], step) if link.source != link.target else range(0)
            chain = tuple(range(len(rank), len(rank) + len(passed)))
            rank += passed
            chains.append(chain)
            way = (link.source, *chain, link.target) if link.source != link.target else ()
            for one, other in pairwise(way):
                upper, lower = (one, other) if step > 0 else (other, one)
                pull = STRAIGHT if min(one, other) >= len(ranks) else 1.0
                down[upper].append((lower, pull))
                up[lower].append((upper, pull))
        return cls(boxes=len(ranks), rank=tuple(rank), chains=tuple(chains), up=up, down=down)

    def room(self, at: int, sizes: Sizes) -> float:
        """How wide a place is."""
        return sizes.width if at < self.boxes else sizes.lane


def _ordered(grid: _Grid) -> list[list[int]]:
    """The places of each layer from left to right, with few crossings: the best order that the sweeps came by."""
    layers: list[list[int]] = [[] for _ in range(max(grid.rank) + 1)]
    for at, rank in enumerate(grid.rank):
        layers[rank].append(at)
    best, fewest = [list(one) for one in layers], _crossings(grid, layers)
    place = {at: number for layer in layers for number, at in enumerate(layer)}
    for sweep in range(SWEEPS):
        goes_down = sweep % 2 == 0
        near = grid.up if goes_down else grid.down
        place = {at: number for layer in layers for number, at in enumerate(layer)}
        for layer in layers if goes_down else reversed(layers):
            _by_barycentre(layer, near, place)
            place.update({at: number for number, at in enumerate(layer)})
        crossings = _crossings(grid, layers)
        if crossings < fewest:
            best, fewest = [list(one) for one in layers], crossings
    return best


def _by_barycentre(layer: list[int], near: Mapping[int, Sequence[tuple[int, float]]], place: Mapping[int, int]) -> None:
    def middle(at: int) -> float:
        around = [place[one] for one, _ in near.get(at, ())]
        return sum(around) / len(around) if around else float(place[at])

    layer.sort(key=lambda at: (middle(at), place[at]))


def _crossings(grid: _Grid, layers: Sequence[Sequence[int]]) -> int:
    """How many pairs of lines between neighbouring layers cross: the inversions of their ends (Barth, Mutzel and Jünger 2004)."""
    place = {at: number for layer in layers for number, at in enumerate(layer)}
    found = 0
    for layer in layers:
        ends = [place[lower] for at in layer for lower in sorted((one for one, _ in grid.down.get(at, ())), key=place.__getitem__)]
        seen: list[int] = []
        for end in ends:
            found += len(seen) - bisect_right(seen, end)
            insort(seen, end)
    return found


# --- at which place -------------------------------------------------------------------------------------------------------


def _across(grid: _Grid, order: Sequence[Sequence[int]], sizes: Sizes) -> list[float]:
    """The x of each place: as near to its neighbours as the order and the room allow."""
    across = [0.0] * len(grid.rank)
    for layer in order:
        at = 0.0
        for place in layer:
            across[place] = at + grid.room(place, sizes) / 2
            at += grid.room(place, sizes) + sizes.gap
    rows = [_Row.of(layer, grid, sizes) for layer in order]
    for settle in range(SETTLES):
        for row in rows if settle % 2 == 0 else reversed(rows):
            row.settle(across)
    return across


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A layer, with what does not change while its places move.

    Attributes:
        places: from left to right.
        around: for each its neighbours above and below, with how straight the line to each wants to be; `pull`: their sum.
        offsets: how far each stands from the first at least.
    """

    places: Sequence[int]
    around: Sequence[Sequence[tuple[int, float]]]
    pull: Sequence[float]
    offsets: Sequence[float]

    @classmethod
    def of(cls, layer: Sequence[int], grid: _Grid, sizes: Sizes) -> "_Row":
        around = [(*grid.up.get(at, ()), *grid.down.get(at, ())) for at in layer]
        steps = [(grid.room(left, sizes) + grid.room(right, sizes)) / 2 + sizes.gap for left, right in pairwise(layer)]
        return cls(
            places=layer,
            around=around,
            pull=[sum(weight for _, weight in one) for one in around],
            offsets=[*accumulate(steps, initial=0.0)][: len(layer)],
        )

    def settle(self, across: list[float]) -> None:
        """Moves each place as near to its neighbours as the others leave room."""
        wanted = []
        for at, around, pull, offset in zip(self.places, self.around, self.pull, self.offsets, strict=True):
            wanted.append((sum([across[one] * weight for one, weight in around]) / pull if pull else across[at]) - offset)
        for at, fitted, offset in zip(self.places, rising(wanted, [pull or 1.0 for pull in self.pull]), self.offsets, strict=True):
            across[at] = fitted + offset


def rising(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The never falling numbers nearest to those that are wanted, by weighted squares (pool adjacent violators, Barlow et al. 1972)."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(wanted, weights, strict=True):
        pools.append((value, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (one, one_weight, n), (other, other_weight, m) = pools[-2:]
            whole = one_weight + other_weight
            pools[-2:] = [((one * one_weight + other * other_weight) / whole, whole, n + m)]
    return [value for value, _, n in pools for _ in range(n)]
