"""Guesses: each try to sign in is counted before it is looked at, per account and per address, and too many have to wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from licet.core.account import FOR_ACCOUNT, FOR_ADDRESS, FOR_PAIR, KNOWN_FOR, THRESHOLDS, Patience, Tally, remembered, wait
from licet.core.ids import LICET
from licet.core.people import Person
from licet.core.refusal import Refused
from licet.flows.office import entry
from licet.store import sessions
from licet.store.book import Tx

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A guess that was counted: under which keys, each with how patient one is there."""

    account: str
    pair: str
    address: str
    counted: tuple[tuple[str, Patience], ...]


def count_guess(tx: Tx, email: str, address: str, person: Person | None, now: datetime) -> Guess | Refused:
    """Counts a guess as wrong until it comes right, so that many at once are many; or says how long the next one has to wait.

    From an address that somebody lately signed in from, strangers' guesses at the account do not count.

    Args:
        tx: a transaction that writes.
        email: the account that is tried, whether it exists or not.
        address: from where.
        person: whose account it is; None: nobody's.
        now: when.
    """
    account, pair = sessions.tally_key(tx, "account", email), sessions.tally_key(tx, "pair", email, address)
    where = sessions.tally_key(tx, "address", address)
    at_pair = sessions.tally(tx, pair)
    strangers = () if at_pair is not None and at_pair.known(now) else ((account, FOR_ACCOUNT),)
    counted = ((pair, FOR_PAIR), *strangers, (where, FOR_ADDRESS))
    waits = max(wait(sessions.tally(tx, key), patience, now) for key, patience in counted)
    if waits:
        why = f"There were too many wrong guesses; the next one may come in {-(-waits // _SECOND)} seconds."
        return Refused(code="too_many_guesses", why=why, remedy="Wait, then try again.")
    for key, patience in counted:
        before = sessions.tally(tx, key)
        failures = remembered(before, patience, now)
        known = None if before is None else before.succeeded_at
        sessions.keep_tally(tx, key, Tally(failures=failures + 1, last_at=now, succeeded_at=known))
        if person is not None and key != where and failures in THRESHOLDS:
            tx.record(entry("sign_in.failing", by=LICET, now=now, use_case=None, person=person.id, guesses=failures))
    return Guess(account=account, pair=pair, address=where, counted=counted)


def came_right(tx: Tx, guess: Guess, now: datetime) -> None:
    """Forgets what was counted for the account from there, and takes this one guess back from the address's."""
    sessions.keep_tally(tx, guess.pair, Tally(failures=0, last_at=now, succeeded_at=now))
    there = sessions.tally(tx, guess.address)
    if there is not None:
        sessions.keep_tally(tx, guess.address, Tally(failures=max(0, there.failures - 1), last_at=there.last_at))
    if any(key == guess.account for key, _ in guess.counted):
        sessions.keep_tally(tx, guess.account, None)
    sessions.forget_tallies(tx, before=now - KNOWN_FOR)
