"""What the evaluation page shows of a run: how far it is, the time left, what it has cost, and whether anybody goes on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from licet.core.cost import amount_in_words
from licet.core.run import Run, RunState, time_left
from licet.flows.see_run import RunSeen

MOST_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class RunShown:
    """A run on the page.

    Attributes:
        words: what goes on, in a sentence.
        tone: of the sentence.
        left: the time left at the pace since somebody began to look; None while nobody knows.
        spent, budget: amounts in words; None where nobody said, or it may cost what it costs.
        again: where the page asks next, with how the run stood when somebody began to look.
    """

    seen: RunSeen
    words: str
    tone: str
    left: timedelta | None
    spent: str | None
    budget: str | None
    again: str


def run_shown(seen: RunSeen, asked: Mapping[str, str]) -> RunShown:
    """Makes a run ready for the page.

    Args:
        seen: the run.
        asked: the page's own question, which carries how the run stood when somebody began to look; whatever else it holds is passed over.
    """
    run = seen.run
    begun = _begun(run, asked)
    words, tone = _words(seen)
    currency = "" if run.spent is None else run.spent.currency
    return RunShown(
        seen=seen,
        words=words,
        tone=tone,
        left=time_left(begun, run) if seen.state is RunState.ASKING and run.left else None,
        spent=None if run.spent is None else amount_in_words(run.spent.millionths, currency),
        budget=amount_in_words(run.budget, currency) if run.budget is not None and currency else None,
        again=urlencode({"run": run.id, "done": begun.done, "at": int(begun.seen_at.timestamp())}),
    )


def _begun(run: Run, asked: Mapping[str, str]) -> Run:
    """The run as it stood when somebody began to look; as it stands now where the page says nothing that can be."""
    said = [_number(asked.get(name, "")) for name in ("run", "done", "at")]
    if said[0] != run.id or not 0 <= said[1] <= run.done or not run.began_at.timestamp() - 1 <= said[2] <= run.seen_at.timestamp():
        return run
    return replace(run, done=said[1], seen_at=datetime.fromtimestamp(said[2], UTC))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else -1


def _words(seen: RunSeen) -> tuple[str, str]:
    match seen.state:
        case RunState.ASKING:
            others = f", by {seen.under_way.holders} processes" if seen.under_way.holders > 1 else ""
            return f"The system is being asked{others}.", "accent"
        case RunState.RESTING:
            return f"It rests: {seen.run.stopped} What was said is kept; run the command again, and it goes on.", "open"
        case RunState.LEFT:
            return "Nobody asks any more: whoever did was ended. What was said is kept; run the command again, and it goes on.", "open"
        case RunState.ENDED:
            return "Every case is asked.", "good"
