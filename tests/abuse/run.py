"""Attacks, counted: `make abuse`, or `python -m tests.abuse.run`; writes build/abuse.json, and ends with 1 where any attack succeeded.

--share 0.1     a tenth of everything
--only NAME     one kind of attack; may be repeated
--seed N        other attacks; the seed is written down
"""

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.abuse.approvals import approvals_at_once, self_approval
from tests.abuse.count import Count, Ground
from tests.abuse.doors import doors, programs_and_operator
from tests.abuse.evidence import malformed_policy_input, tampered_evidence
from tests.abuse.looks import evaluated_until_it_passes
from tests.abuse.matrix import authorisation
from tests.abuse.standards import standard_changed_after_results
from tests.cluster import missing, running

OUT = Path("build/abuse.json")
Kind = Callable[[Ground], Count]
KINDS: Mapping[str, Kind] = {
    "self_approval": self_approval,
    "approvals_at_once": approvals_at_once,
    "authorisation": authorisation,
    "malformed_policy_input": malformed_policy_input,
    "tampered_evidence": tampered_evidence,
    "standard_changed_after_results": standard_changed_after_results,
    "evaluated_until_it_passes": evaluated_until_it_passes,
    "doors": doors,
    "programs_and_operator": programs_and_operator,
}
"""Every kind of attack, by name."""


def run(name: str, ground: Ground) -> Mapping[str, Any]:
    """How one kind went; one that breaks is told as broken, which is as bad as one that succeeded."""
    began = time.monotonic()
    try:
        told = KINDS[name](ground).to_json()
    except Exception:  # noqa: BLE001 - the entry point of an attack: recorded
        told = {"tried": 0, "succeeded_attacks": 0, "broken": traceback.format_exc()}
    return {**told, "seconds": round(time.monotonic() - began, 1)}


def held(told: Mapping[str, Any]) -> bool:
    """Whether a kind was tried and none of it succeeded."""
    return bool(told["tried"]) and not told["succeeded_attacks"] and "broken" not in told


@contextmanager
def grounds(*, share: float, seed: int) -> Iterator[Callable[[str], Ground]]:
    """Gives each kind a folder of its own, beside one PostgreSQL; all are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="licet-abuse-") as folder, ExitStack() as stack:
        cluster = stack.enter_context(running()) if missing() is None else None
        yield lambda name: Ground(folder=Path(folder) / name, cluster=cluster, share=share, seed=seed)


def main() -> int:
    """Runs what is asked for and writes it down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=20_300_107)
    parser.add_argument("--only", action="append", choices=[*KINDS], default=[])
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    told: dict[str, Mapping[str, Any]] = {}
    with grounds(share=asked.share, seed=asked.seed) as ground:
        for name in asked.only or KINDS:
            told[name] = run(name, ground(name))
            _say(f"{name}: {told[name]['tried']} tried, {told[name]['succeeded_attacks']} succeeded ({told[name]['seconds']} s)")
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    failed = [name for name, one in told.items() if not held(one)]
    for name in failed:
        _say(f"NOT HELD: {name}: {json.dumps(told[name], indent=1)}")
    return 1 if failed or not told else 0


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
