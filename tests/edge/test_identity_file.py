"""`identity.yaml`: what it says, and that all that is wrong with it is said with its line."""

from pathlib import Path

import pytest

from licet.core.assignment import Grant, Place
from licet.core.ids import TeamName, UseCaseSlug
from licet.core.outside import Proof
from licet.core.people import Role
from licet.edge.bad_file import BadFolderError
from licet.edge.identity_file import read_admission

WHOLE = """\
groups: https://example.org/groups
admit: [licet, 1]
roles:
  - {group: risk-office, role: risk}
  - {group: north, role: reviewer, team: north}
  - {group: north, role: senior reviewer, team: north}
  - {group: triage, role: owner, use_case: triage}
new_people: true
link_verified_email: true
second_factor: {acr: ["2"], amr: [otp, hwk]}
"""


def written(folder: Path, text: str) -> Path:
    """The file."""
    path = folder / "identity.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_says_who_is_let_in_as_what(tmp_path: Path) -> None:
    found = read_admission(written(tmp_path, WHOLE))
    assert (found.groups, found.admit) == ("https://example.org/groups", frozenset({"licet", "1"}))
    north = Place(team=TeamName("north"))
    assert found.roles == {
        "risk-office": (Grant(role=Role.RISK),),
        "north": (Grant(role=Role.REVIEWER, place=north), Grant(role=Role.SENIOR_REVIEWER, place=north)),
        "triage": (Grant(role=Role.OWNER, place=Place(use_case=UseCaseSlug("triage"))),),
    }
    assert (found.new_people, found.link_verified_email) == (True, True)
    assert found.second_factor == Proof(acr=frozenset({"2"}), amr=frozenset({"otp", "hwk"}))


def test_what_is_left_out_lets_nobody_in_who_is_not_known(tmp_path: Path) -> None:
    found = read_admission(written(tmp_path, "admit: everybody\n"))
    assert (found.admit, found.groups, found.roles) == (None, "groups", {})
    assert (found.new_people, found.link_verified_email, found.second_factor) == (False, False, Proof())
    assert found.digest != read_admission(written(tmp_path, "admit: [everybody]\n")).digest


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("groups: g\n", 1, "admit"),
        ("admit: licet\n", 1, "no list of groups"),
        ("admit: [a]\nrole: []\n", 2, "Extra"),
        ("admit: [a]\nroles:\n  - {group: a, role: king}\n", 3, "no role"),
        ("admit: [a]\nroles:\n  - {group: a, role: owner, team: North}\n", 3, "no team's name"),
        ("admit: [a]\nroles:\n  - {group: a, role: owner, team: x, use_case: y}\n", 3, "one of them"),
        ("admit: [a]\nroles:\n  - {group: a, role: admin, team: x}\n", 3, "admin"),
        ("admit: [a]\nnew_people: maybe\n", 2, "bool"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    with pytest.raises(BadFolderError) as caught:
        read_admission(written(tmp_path, text))
    (found,) = caught.value.findings
    assert (found.line, says in found.why) == (line, True), found


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFolderError, match=r"identity\.yaml"):
        read_admission(tmp_path / "identity.yaml")
