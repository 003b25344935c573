"""Seven kinds of tampering, each tried many times: none is ever taken for the truth."""

from random import Random

import pytest

from licet.edge.seal import Seal, create_seal
from licet.verify import AUTHENTIC
from tests.security.packs import Made, made
from tests.security.tampering import KINDS, attack, look, seen

TIMES = 60


@pytest.fixture(scope="module")
def seals(tmp_path_factory: pytest.TempPathFactory) -> tuple[Seal, Seal]:
    """The signer, and a thief who goes by the same name."""
    folder = tmp_path_factory.mktemp("seals")
    return create_seal(folder / "key", name="licet/true"), create_seal(folder / "other", name="licet/true")


@pytest.fixture(scope="module")
def pack(seals: tuple[Seal, Seal]) -> Made:
    return made(seals[0])


def test_what_nobody_touched_is_authentic(pack: Made) -> None:
    assert look(pack, pack.packed).result == AUTHENTIC
    assert not seen(pack, pack.packed)


@pytest.mark.parametrize("kind", KINDS)
def test_no_tampering_goes_unseen(kind: str, pack: Made, seals: tuple[Seal, Seal]) -> None:
    """Breaks when any check of the verifier that stands against this kind is taken away."""
    draw = Random(kind)  # noqa: S311 - which attack is tried is no secret
    assert all(seen(pack, attack(kind, pack, draw, seals[1])) for _ in range(TIMES))


def test_there_are_seven_kinds() -> None:
    assert len(KINDS) == 7
