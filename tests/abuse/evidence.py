"""Attacks on evidence and on policies: a pack or a ledger that was tampered with, and questions that are none."""

from random import Random

from licet.edge.seal import create_seal
from tests.abuse.count import Count, Ground
from tests.security import tampering, test_malformed_policy
from tests.security.packs import made

TAMPERINGS = 1_000
"""Of each kind, in the full run."""

QUESTIONS = 10_010
"""Malformed questions of all kinds together, in the full run."""


def tampered_evidence(ground: Ground) -> Count:
    """Every kind of tampering with a pack of the ledger, each by somebody who has the pack and a key of their own."""
    count = Count()
    ground.folder.mkdir(parents=True, exist_ok=True)
    seal, thief = (create_seal(ground.folder / key, name="licet/true") for key in ("key", "other"))
    pack, draw = made(seal), Random(ground.seed)  # noqa: S311 - which attack is tried is no secret
    for kind in tampering.KINDS:
        for _ in range(ground.size(TAMPERINGS)):
            count.saw(kind, succeeded=not tampering.seen(pack, tampering.attack(kind, pack, draw, thief)))
    count.more["kinds"] = len(tampering.KINDS)
    return count


def malformed_policy_input(ground: Ground) -> Count:
    """Malformed questions of every kind with every act, asked of the shipped policies and of some that permit all they can."""
    kinds = test_malformed_policy.KINDS
    count = Count(more={"kinds": len(kinds), "acts": len(test_malformed_policy.PERMITTED)})
    for kind in kinds:
        try:
            count.tried += test_malformed_policy.never_allows(kind, ground.size(QUESTIONS // len(kinds)))
        except AssertionError as yes:
            count.saw(f"{kind}: {str(yes)[:300]}", succeeded=True)
    return count
