"""What must be true whatever was killed when; found out by SQL, by `licet ledger verify` and by the verifier of evidence packs."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.crash.eye import Eye
from tests.crash.ground import SLUG, Ground

Event = Mapping[str, Any]
ENDS = ("mandate.suspended", "mandate.revoked", "mandate.expired")


@dataclass(slots=True, kw_only=True)
class Truth:
    """What was found; every list of `wrong` is empty where nothing is.

    Attributes:
        accepted: cases in the database.
        decided: of them those that were routed, alone or to a person.
        repeated_deliveries: effects that were told more than once, under the same key: a receiver that heeds it acts once.
        lost: accepted, as the outside was told, and not there, or there and never routed.
        alone_after_stop: decided alone under a mandate after it had ended.
    """

    accepted: int
    decided: int
    alone: int
    repeated_deliveries: int
    lost: int
    double_decisions: int
    double_effects: int
    alone_after_stop: int
    wrong: list[str] = field(default_factory=list)


LIVE = "part = 'live'"
ROUTES = "select case_number from routing where route"
ASKED = "select case_number from task where kind = 'decision'"
UNDECIDED = "case_number not in (select case_number from decision)"
UNASKED = f"case_number not in ({ASKED} and done_at is null)"
NEVER = f"select count(*) from case_item where {LIVE} and number not in (select case_number from routing)"  # noqa: S608 - our own words
EXPIRED = "select count(*) from routing r join mandate m on m.id = r.mandate_id where r.route = 'alone' and r.at >= m.expires_at"
COUNTS: Mapping[str, str] = {
    "a case still waits in the queue": "select count(*) from work",
    "a case came in twice": f"select count(*) - count(distinct external_id) from case_item where {LIVE}",  # noqa: S608 - our own words
    "a case was never routed": NEVER,
    "alone and without a decision": f"select count(*) from ({ROUTES} = 'alone' and {UNDECIDED}) x",  # noqa: S608 - our own words
    "alone and given to a person too": f"select count(*) from ({ROUTES} = 'alone' and case_number in ({ASKED})) x",  # noqa: S608 - our own words
    "to a person and decided all the same": f"select count(*) from ({ROUTES} <> 'alone' and not {UNDECIDED}) x",  # noqa: S608 - our own words
    "to a person and without an open task": f"select count(*) from ({ROUTES} <> 'alone' and {UNASKED}) x",  # noqa: S608 - our own words
    "a task too many": "select count(*) - count(distinct case_number || kind) from task",
    "decided alone after the mandate's expiry": EXPIRED,
    "an effect was not delivered": "select count(*) from effect where state <> 'delivered'",
    "an entry waits for its number": "select count(*) from ledger_pending",
}
"""Counts that are 0 when all is well."""


def truth_of(ground: Ground, known: Path) -> Truth:
    """Looks at an installation whose workers have ended."""
    checked = ground.run("ledger", "verify")
    eye = Eye(ground=ground)
    wrong = [f"{name}: {count}" for name, query in COUNTS.items() if (count := eye.sure(query))]
    wrong += [str(problem) for problem in checked.get("problems", [f"ledger verify: {checked}"])]
    there = {str(row[0]) for row in eye.sure_rows(f"select external_id from case_item where {LIVE}")}  # noqa: S608 - our own words
    told = set(known.read_text("ascii").split())
    told_events, faults = _of_ledger(eye)
    acts = set(ground.acts())
    repeated = len(ground.acts()) - len(acts)
    truth = Truth(
        accepted=len(there),
        decided=eye.sure("select count(*) from routing"),
        alone=eye.sure("select count(*) from routing where route = 'alone'"),
        repeated_deliveries=repeated,
        lost=len(told - there) + eye.sure(NEVER),
        double_decisions=told_events["double"],
        double_effects=len(acts) - len({case for case, _ in acts}),
        alone_after_stop=told_events["late"] + eye.sure(EXPIRED),
        wrong=[*wrong, *faults],
    )
    wanted = {int(row[0]) for row in eye.sure_rows("select case_number from decision")}
    eye.close()
    if {case for case, _ in acts} != wanted:
        truth.wrong.append(f"{len(wanted ^ {case for case, _ in acts})} decisions have no effect, or effects no decision")
    if truth.lost or there != told:
        lost, more = len(told - there), len(there - told)
        truth.wrong.append(f"{lost} of the cases that were said to be accepted are not there, {more} are too many")
    return truth


def _of_ledger(eye: Eye) -> tuple[Counter[str], list[str]]:
    """Counts each case's entries, and those that come after an end."""
    events = [json.loads(bytes(row[0])) for row in eye.sure_rows('select body from ledger_entry order by "index"')]
    count: dict[str, Counter[int]] = {word: Counter() for word in ("case.accepted", "case.routed", "case.decided")}
    for event in events:
        if event["what"] in count:
            count[event["what"]][int(event["facts"]["case_number"])] += 1
    alone = {int(row[0]) for row in eye.sure_rows("select case_number from routing where route = 'alone'")}
    routed = {int(row[0]) for row in eye.sure_rows("select case_number from routing")}
    faults = [f"{word}: {len(odd)} cases have it not once" for word, odd in _odd(count, routed, alone).items() if odd]
    found = Counter({"double": sum(n - 1 for n in count["case.decided"].values()), "late": late(events)})
    return found, faults + out_of_order(events)


def _odd(count: Mapping[str, Counter[int]], routed: set[int], alone: set[int]) -> dict[str, set[int]]:
    """Cases whose entries are not exactly the ones they should have."""
    want = {"case.accepted": routed, "case.routed": routed, "case.decided": alone}
    return {word: {case for case in want[word] | set(found) if found[case] != (case in want[word])} for word, found in count.items()}


def late(events: Iterable[Event]) -> int:
    """How many cases were decided alone, by the order of the ledger, while a stop was on or after their mandate had ended."""
    over: set[str] = set()
    stops, count = 0, 0
    for event in events:
        facts = event["facts"]
        stops += {"stop.pressed": 1, "stop.lifted": -1}.get(str(event["what"]), 0)
        if event["what"] in ENDS:
            over.add(str(facts["mandate"]))
        if event["what"] == "case.routed" and facts["route"] == "alone":
            count += bool(stops) or str(facts["mandate"]) in over
    return count


def out_of_order(events: Iterable[Event]) -> list[str]:
    """Says where time goes back by more than the clock's slack."""
    last: datetime | None = None
    back = 0
    for event in events:
        at = datetime.fromisoformat(str(event["at"]))
        back += last is not None and (last - at).total_seconds() > 2
        last = at if last is None else max(last, at)
    return [f"{back} entries lie before the one in front of them"] if back else []


def proven(ground: Ground) -> str:
    """Writes an evidence pack and lets the stranger's verifier say what it is."""
    pack = ground.home.parent / "proof.pack.zip"
    pack.unlink(missing_ok=True)
    key = str(ground.run("evidence", "export", SLUG, "-o", pack)["vkey"])
    return str(ground.run_bare("evidence", "verify", pack, "--key", key)["status"])
