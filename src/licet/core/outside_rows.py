"""Outside rows: another tool's results case by case, counted here; what the tool itself says of them is held against the count."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.core.canonical import Json
from licet.core.refusal import Unknown
from licet.stats.bounds import interval

MOST_ROWS = 1_000_000
"""Rows that one file may bring."""
MOST_MEASURES = 200
"""Measures that one file may bring."""
DELTA = 0.05
"""The chance with which a shown interval may miss."""
LARGEST = 1e15
"""A score beyond this is none."""
CLOSE = 1e-6
"""Numbers of a file's summary that are nearer than this to those of its rows are the same."""


class Outcome(StrEnum):
    """What became of one case under one measure. What was not scored, and what broke, is neither passed nor failed."""

    PASSED = "passed"
    FAILED = "failed"
    GRADED = "graded"
    UNSCORED = "unscored"
    ERRORED = "errored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a tool's results.

    Attributes:
        case: what the tool calls the case.
        measure: what was measured.
        outcome: passed or failed where the tool says so, graded where it gives a number only.
        score: the number, finite; None where there is none.
        contents: texts that may be the case's content; it is recognised by them, and none is kept.
        judged: whether a model gave the score; None where the file does not say.
    """

    case: str
    measure: str
    outcome: Outcome
    score: float | None = None
    contents: tuple[str, ...] = ()
    judged: bool | None = None


def graded(raw: object) -> tuple[Outcome, float | None]:
    """What a number says that a tool gave; what is none, or not below `LARGEST`, is not scored."""
    if isinstance(raw, bool):
        return (Outcome.PASSED, 1.0) if raw else (Outcome.FAILED, 0.0)
    if isinstance(raw, int | float) and abs(raw) < LARGEST:  # NaN is not
        return Outcome.GRADED, float(raw)
    return Outcome.UNSCORED, None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a file's own summary says; it is held against the rows and never believed.

    Attributes:
        says: `passed`, `failed`, `errored`, `unscored`, `scored`, `mean` of a measure; `cases` or `cases_passed` of the file.
        value: the number.
        measure: which one; None: over all measures, or of the file.
    """

    says: str
    value: float
    measure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where evidence comes from, as the file tells it. None: it does not.

    Attributes:
        format: which reader understood the file.
        tool: the tool's name.
        version: of the tool.
        made_at: when the run was begun.
        system: what the file calls the system; two or more are joined.
        planned: cases that the run was to have.
        finished: whether the run says that it ended well.
    """

    format: str
    tool: str
    version: str | None = None
    made_at: datetime | None = None
    system: str | None = None
    planned: int | None = None
    finished: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideFile:
    """A file of another tool: where it comes from, what its summary claims, and its rows, read one by one.

    Attributes:
        findings: what is odd about the file itself, in sentences.
        digest: SHA-256 of its bytes, in hex; empty until the door for files has set it.
    """

    provenance: Provenance
    rows: Callable[[], Iterator[Row]]
    claims: tuple[Claim, ...] = ()
    findings: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The rows of one measure, counted here.

    Attributes:
        graded: scored rows without a pass or a fail; 0 where all scores of the measure are 0 or 1, which are counted as such.
        total: sum of all scores.
        with_score: how many rows have one.
        repeated: rows beyond the first of a case.
    """

    name: str
    passed: int = 0
    failed: int = 0
    graded: int = 0
    unscored: int = 0
    errored: int = 0
    total: float = 0.0
    with_score: int = 0
    repeated: int = 0

    @property
    def scored(self) -> int:
        """Rows that say something about the system."""
        return self.passed + self.failed + self.graded

    @property
    def rows(self) -> int:
        """All rows."""
        return self.scored + self.unscored + self.errored

    @property
    def mean(self) -> float | Unknown:
        """The mean score; unknown where there is none."""
        return self.total / self.with_score if self.with_score else Unknown(why="No row of this measure has a score.")

    @property
    def failing(self) -> tuple[float, float, float] | Unknown:
        """The share that failed of what passed or failed, with its exact 95% interval.

        It is about cases like these only if they were drawn at random, which no file shows. Source: Clopper and Pearson (1934).
        """
        n = self.passed + self.failed
        if self.graded:
            return Unknown(why="Its scores are grades; an exact interval is for pass and fail.")
        if self.repeated:
            return Unknown(why=f"{self.repeated:,} rows repeat a case; rows of one case are not independent.")
        if not n:
            return Unknown(why="No row passed or failed.")
        low, high = interval(errors=self.failed, n=n, delta=DELTA)
        return self.failed / n, low, high


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """All rows of a file.

    Attributes:
        tallies: by measure, in the order in which they came up.
        cases: distinct cases.
        cases_passed: of these, how many have nothing but passed rows.
        matched: contents of ours that a row is about, by their digests.
        strangers: rows about cases that are none of ours.
        judged: whether a model gave a score; None: not told of all.
    """

    tallies: tuple[Tally, ...]
    cases: int
    cases_passed: int
    matched: frozenset[bytes]
    strangers: int
    judged: bool | None

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(one.rows for one in self.tallies)


class TooMuchError(ValueError):
    """A file brings more than evidence may hold."""


class _Sums:
    """One measure, while it is counted."""

    def __init__(self) -> None:
        self.outcomes: dict[Outcome, int] = {}
        self.cases: set[str] = set()
        self.total = 0.0
        self.with_score = self.ones = self.zeros = 0

    def add(self, row: Row) -> None:
        self.outcomes[row.outcome] = self.outcomes.get(row.outcome, 0) + 1
        self.cases.add(row.case)
        if row.score is not None and row.outcome not in {Outcome.UNSCORED, Outcome.ERRORED}:
            self.total += row.score
            self.with_score += 1
            if row.outcome is Outcome.GRADED:
                self.ones += row.score == 1.0
                self.zeros += row.score == 0.0

    def tally(self, name: str) -> Tally:
        count = {one: self.outcomes.get(one, 0) for one in Outcome}
        plain = count[Outcome.GRADED] == self.ones + self.zeros
        return Tally(
            name=name,
            passed=count[Outcome.PASSED] + (self.ones if plain else 0),
            failed=count[Outcome.FAILED] + (self.zeros if plain else 0),
            graded=0 if plain else count[Outcome.GRADED],
            unscored=count[Outcome.UNSCORED],
            errored=count[Outcome.ERRORED],
            total=self.total,
            with_score=self.with_score,
            repeated=sum(count.values()) - len(self.cases),
        )


def count(rows: Iterable[Row], ours: Callable[[Row], bytes | None]) -> Counted:
    """Counts a file's rows; no number comes from anywhere else.

    Args:
        rows: of the file, in any order.
        ours: the digest of our case that a row is about; None where it is about none.

    Returns:
        The counts; of no rows, no tallies.

    Raises:
        TooMuchError: for more rows or measures than evidence may have.
    """
    sums: dict[str, _Sums] = {}
    good: dict[str, bool] = {}
    matched: set[bytes] = set()
    judged: set[bool | None] = set()
    strangers = 0
    for place, row in enumerate(rows, 1):
        if place > MOST_ROWS:
            raise TooMuchError(f"It has more than {MOST_ROWS:,} rows.")
        if row.measure not in sums and len(sums) == MOST_MEASURES:
            raise TooMuchError(f"It has more than {MOST_MEASURES} measures.")
        sums.setdefault(row.measure, _Sums()).add(row)
        good[row.case] = good.get(row.case, True) and (row.outcome is Outcome.PASSED or row.score == 1.0)
        judged.add(row.judged)
        found = ours(row)
        strangers += found is None
        matched.update(() if found is None else (found,))
    return Counted(
        tallies=tuple(one.tally(name) for name, one in sums.items()),
        cases=len(good),
        cases_passed=sum(good.values()),
        matched=frozenset(matched),
        strangers=strangers,
        judged=True if True in judged else None if None in judged or not judged else False,
    )


def odd(file: OutsideFile, counted: Counted) -> tuple[str, ...]:
    """Everything that is odd about a file, one sentence each: what its reader found, missing cases, a wrong summary."""
    planned = file.provenance.planned
    short = () if planned is None or planned <= counted.cases else (f"The run was to have {planned:,} cases; {counted.cases:,} are in it.",)
    return (*file.findings, *short, *contradictions(file.claims, counted))


def contradictions(claims: Sequence[Claim], counted: Counted) -> tuple[str, ...]:
    """Where a file's own summary says something else than its rows, one sentence each; empty: nowhere."""
    found = []
    for claim in claims:
        there = _recounted(claim, counted)
        if there is None or abs(there - claim.value) > CLOSE * max(1.0, abs(there)):
            what = claim.says.replace("_", " ") + (f" of {claim.measure!r}" if claim.measure else "")
            rows = "nothing of it" if there is None else f"{there:.6g}"
            found.append(f"The file's summary says {claim.value:.6g} for {what}; its rows say {rows}. The rows count.")
    return tuple(found)


def _recounted(claim: Claim, counted: Counted) -> float | None:
    whole: Mapping[str, float] = {"cases": counted.cases, "cases_passed": counted.cases_passed, "rows": counted.rows}
    if claim.says in whole:
        return whole[claim.says]
    mine = [one for one in counted.tallies if claim.measure in {None, one.name}]
    if not mine:
        return None
    if claim.says == "mean":
        mean = mine[0].mean
        return None if isinstance(mean, Unknown) else mean
    return float(sum(getattr(one, claim.says) for one in mine))


_COUNTS = ("passed", "failed", "graded", "unscored", "errored", "with_score", "repeated")


def tally_to_json(tally: Tally) -> Json:
    """Writes a tally as plain JSON."""
    counts: dict[str, Json] = {name: int(getattr(tally, name)) for name in _COUNTS}
    return {"name": tally.name, "total": tally.total, **counts}


def tally_from_json(raw: Mapping[str, Json]) -> Tally:
    """Reads a tally that `tally_to_json` wrote."""
    counts = {name: int(str(raw[name])) for name in _COUNTS}
    return Tally(name=str(raw["name"]), total=float(str(raw["total"])), **counts)
