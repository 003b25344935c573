"""A team's name."""

import pytest

from licet.core.team import NotATeamError, team


def test_a_name_is_kept_as_it_is() -> None:
    assert team("claims-north") == "claims-north"


@pytest.mark.parametrize("raw", ["", "Claims", "a--b", "-a", "a b", "x" * 61, "a'; drop", "1a"])
def test_what_could_not_be_a_name_is_none(raw: str) -> None:
    with pytest.raises(NotATeamError, match="no team's name"):
        team(raw)
