"""Helping: a worker asks about chunks of a run that somebody else began, with the system as it was registered."""

from collections.abc import MutableMapping
from dataclasses import dataclass

from licet.core.ids import LICET, Fingerprint
from licet.core.use_case import UseCase
from licet.flows.office import Office
from licet.flows.propose import Speaker, restore
from licet.flows.run import Matter, Runner, claim_chunk, work_on
from licet.store import runs, use_cases
from licet.store.book import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """Who helps, and the systems it has loaded: one, that of the run it helped with last."""

    runner: Runner
    loaded: MutableMapping[Fingerprint, Speaker]


def may_help(office: Office) -> bool:
    """Whether there is a run to help with; quick, and asked again and again."""
    with office.book.read() as tx:
        return bool(runs.to_help(tx, office.clock.now()))


def help_with_runs(office: Office, helper: Helper) -> bool:
    """Asks about one chunk of a run whose beginner asked for help.

    A worker whose folder holds another system than the run's asks about nothing.

    Returns:
        Whether there was a chunk to ask about.
    """
    with office.book.read() as tx:
        found = [(one.run, use_cases.by_id(tx, one.use_case_id)) for one in runs.to_help(tx, office.clock.now())]
        able = [(run, use_case, speaker) for run, use_case in found if (speaker := _loaded(office, tx, helper, use_case, run.fingerprint))]
    for run, use_case, speaker in able:
        claimed = claim_chunk(office, run, helper.runner.holder)
        if claimed is not None:
            work_on(office, Matter(use_case=use_case, speaker=speaker, by=LICET), claimed, helper.runner)
            return True
    return False


def _loaded(office: Office, tx: Tx, helper: Helper, use_case: UseCase, fingerprint: Fingerprint) -> Speaker | None:
    kept = helper.loaded.get(fingerprint)
    if kept is not None:
        return kept
    speaker = restore(office, tx, use_case, fingerprint, "")
    if speaker is None or speaker.system is None or speaker.card.fingerprint != fingerprint:
        return None
    helper.loaded.clear()
    helper.loaded[fingerprint] = speaker
    return speaker
