"""Holding a promise: the redesign that stood when AI was first allowed to decide alone, against what was measured since."""

from licet.core.promise import Promise, held_promise
from licet.core.redesign_evidence import outdated
from licet.core.simulated_redesign import SimulatedRedesign
from licet.core.use_case import UseCase
from licet.core.value import Value
from licet.flows.office import Office
from licet.flows.see_redesign import process_shown
from licet.flows.set_baseline import first_grant, locked_part
from licet.store import baselines, redesigns, use_cases
from licet.store.book import Tx


def promised(tx: Tx, use_case: UseCase) -> SimulatedRedesign | None:
    """What was promised: the newest simulation when AI was first allowed to decide alone, or else the newest.

    A simulation that is made once the effect can be seen promises nothing any more, so that none replaces an earlier one.
    """
    granted = first_grant(tx, use_case)
    before = None if granted is None else redesigns.newest(tx, use_case, until=granted)
    return before or redesigns.newest(tx, use_case)


def promise_of(tx: Tx, use_case: UseCase, value: Value, baseline: str) -> Promise | None:
    """What was promised, held against a statement of value and the baseline, by its digest, that this stands on.

    Returns:
        The promise; None where nothing was promised, or the baseline was replaced since: then value is to be measured anew.
    """
    one, there, granted = promised(tx, use_case), baselines.newest(tx, use_case), first_grant(tx, use_case)
    if one is None or there is None or granted is None or there.digest != baseline:
        return None
    changed = outdated(process_shown(tx, use_case), one)
    return held_promise(one, locked_part(there).baseline, value, granted=granted, outdated=changed)


def newest_promise(office: Office, *, name: str, value: Value, baseline: str) -> Promise | None:
    """The same, in a transaction of its own."""
    with office.book.read() as tx:
        return promise_of(tx, use_cases.require(tx, name), value, baseline)
