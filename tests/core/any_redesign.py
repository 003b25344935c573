"""Any redesign at all that contradicts itself nowhere, for tests that hold for all of them."""

from datetime import timedelta

from hypothesis import strategies as st

from licet.core.redesign import DAYS, Assumed, Checks, Doer, Merge, Move, Price, Redesign, Reviewers, ServiceLevel, StepPlan
from licet.core.redesign_faults import check_redesign
from licet.edge.form import word


def is_word(text: str) -> bool:
    """Whether a text may stand in a file as a name."""
    try:
        return word(text) == text
    except ValueError:
        return False


NAMES = st.text(min_size=1, max_size=40).filter(is_word) | st.sampled_from(
    ["no", "1.50", "# a", "<script>", "a: b", "\u202eevil", "é" * 300]
)
SHARES = st.floats(0.0, 1.0)
MAYBE = st.none()
ASSUMED = st.builds(
    Assumed,
    coverage=MAYBE | SHARES,
    error=MAYBE | SHARES,
    latency_seconds=MAYBE | st.floats(0.0, 1e6),
    cost=MAYBE | st.floats(0.0, 1e9),
    time_saved=MAYBE | st.floats(0.0, 0.999),
)
PLANS = st.builds(StepPlan, by=st.sampled_from(Doer), assumed=ASSUMED)
LEVELS = st.builds(
    ServiceLevel,
    within=st.integers(1, 80_000 * 3600).map(lambda seconds: timedelta(seconds=seconds)),
    share=st.floats(0.01, 0.99),
)
PRICES = st.builds(Price, currency=st.sampled_from(["EUR", "USD"]), person_hour=st.floats(0.0, 1e9))
CHECKS = st.builds(Checks, audits=MAYBE | SHARES, second_looks=MAYBE | SHARES)


def reviewers(steps: list[str]) -> st.SearchStrategy[Reviewers]:
    """Reviewers, who may have the skill for some of the steps."""
    return st.builds(
        Reviewers,
        people=MAYBE | st.integers(1, 10_000),
        hours_a_day=MAYBE | st.floats(0.1, 24.0),
        from_hour=st.floats(0.0, 23.9),
        days=st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(tuple),
        seconds_a_case=MAYBE | st.floats(0.1, 86_400.0),
        skilled_for=st.lists(st.sampled_from(steps), unique=True).map(tuple) if steps else st.just(()),
    )


@st.composite
def redesigns(draw: st.DrawFn) -> Redesign:
    """A redesign of a few steps, in any order, each with one fate."""
    names = draw(st.lists(NAMES, min_size=4, max_size=12, unique=True))
    gone = draw(st.integers(0, 2))
    merging = draw(st.integers(0, (len(names) - gone) // 3))
    removed, rest = names[:gone], names[gone:]
    merged, there = [rest[2 * k : 2 * k + 2] for k in range(merging)], rest[2 * merging :]
    into = [f"{' + '.join(pair)[:60].strip()} {k}" for k, pair in enumerate(merged)]
    planned = draw(st.lists(st.sampled_from([*there, *into]), unique=True)) if there or into else []
    beside = draw(st.permutations(there))
    groups = [tuple(beside[2 * k : 2 * k + 2]) for k in range(draw(st.integers(0, len(there) // 2)))]
    moves = draw(st.lists(st.sampled_from(there[1:]), unique=True)) if len(there) > 1 else []
    found = Redesign(
        title=draw(NAMES.filter(lambda text: len(text) <= 200)),
        decides=draw(MAYBE | st.sampled_from([*there, *into])) if there or into else None,
        steps={name: draw(PLANS) for name in planned},
        removed=tuple(removed),
        merged=tuple(Merge(steps=tuple(pair), into=new, time=draw(st.floats(0.01, 1.0))) for pair, new in zip(merged, into, strict=True)),
        parallel=tuple(groups),
        moved=tuple(Move(step=name, after=there[there.index(name) - 1]) for name in moves),
        reviewers=draw(reviewers([*there, *into])),
        checks=draw(CHECKS),
        service_level=draw(MAYBE | LEVELS),
        price=draw(MAYBE | PRICES),
    )
    assert check_redesign(found) == ()
    return found
