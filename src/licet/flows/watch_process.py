"""Watching the process: what the newest event log shows, held against the locked baseline."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from licet.core.baseline import LEVELS, AnyBaseline, Baseline
from licet.core.level import Level, change
from licet.core.refusal import Refused, Unknown
from licet.flows.office import Office
from licet.flows.set_baseline import locked_part, measured_now, not_signed
from licet.store import baselines, use_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A process then and now.

    Attributes:
        signed: the baseline.
        now: the same figures of the newest log.
        moved: by figure, what it is now less what it was; Unknown where either is.
    """

    signed: AnyBaseline
    now: Baseline
    moved: Mapping[str, Level | Unknown]

    @property
    def same(self) -> bool:
        """Whether the newest log is the one that the baseline was measured from: then there is nothing to see yet."""
        return self.now.log == locked_part(self.signed).baseline.log


def watch_process(office: Office, *, name: str) -> Watched | Refused:
    """Holds the newest event log against the baseline; what else changed between the two is in the difference too."""
    with office.book.read() as tx:
        use_case = use_cases.require(tx, name)
        signed = baselines.newest(tx, use_case)
        if signed is None:
            return not_signed(signed, use_case)
        before = locked_part(signed).baseline
        now = measured_now(tx, use_case, before.stated)
        if isinstance(now, Refused):
            return _of_another_process(now) if now.code == "no_such_step" else now
        moved = {code: change(getattr(before, code), getattr(now, code)) for code in LEVELS}
        return Watched(signed=signed, now=now, moved=moved)


def _of_another_process(no: Refused) -> Refused:
    """The no to a log that does not know the baseline's step: that is locked, so that the log is the wrong one."""
    remedy = "Import a log of the process that the baseline was measured from, with its steps named as there: `licet process import`."
    return replace(no, why=f"{no.why} The locked baseline is of that step.", remedy=remedy)
