"""`identity.yaml`: what an installation makes of an identity provider's word; read with line numbers, all that is wrong at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from licet.core.assignment import Grant, Place, TwoPlacesError, check_grant
from licet.core.canonical import digest
from licet.core.ids import Digest
from licet.core.outside import Admission, Proof
from licet.core.people import Role
from licet.core.refusal import Refused
from licet.core.team import NotATeamError, team
from licet.core.use_case import NotASlugError, slug
from licet.edge.bad_file import BadFolderError, Finding
from licet.edge.yaml_tree import Tree, read_tree

TEXT = frozenset({"groups", "admit", "roles.group", "roles.role", "roles.team", "roles.use_case", "second_factor"})
EVERYBODY = "everybody"
EXAMPLE = "docs/accounts.md has an example."


def _yes_or_no(raw: object) -> object:
    """`true` and `false` as they are typed."""
    return {"true": True, "false": False}.get(raw, raw) if isinstance(raw, str) else raw


YesOrNo = Annotated[bool, BeforeValidator(_yes_or_no)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _RoleForm(_Form):
    group: str = Field(min_length=1)
    role: str
    team: str | None = None
    use_case: str | None = None


class _ProofForm(_Form):
    acr: list[str] = []
    amr: list[str] = []


class _IdentityForm(_Form):
    groups: str = "groups"
    admit: list[str] | str
    roles: list[_RoleForm] = []
    new_people: YesOrNo = False
    link_verified_email: YesOrNo = False
    second_factor: _ProofForm = _ProofForm()


def read_admission(path: Path) -> Admission:
    """Reads the file.

    Raises:
        BadFolderError: with all that is wrong, each with its line; also where there is no such file.
    """
    tree = read_tree(path, TEXT)
    try:
        form = _IdentityForm.model_validate(tree.values)
    except ValidationError as error:
        found = tuple(tree.finding(one["loc"], f"{_key(one['loc'])}: {one['msg']}.", EXAMPLE) for one in error.errors())
        raise BadFolderError(found) from None
    wrong = [*_wrong_admit(tree, form)]
    roles: dict[str, tuple[Grant, ...]] = {}
    for place, one in enumerate(form.roles):
        grant = _grant(tree, place, one)
        if isinstance(grant, Grant):
            roles[one.group] = (*roles.get(one.group, ()), grant)
        else:
            wrong.append(grant)
    if wrong:
        raise BadFolderError(tuple(wrong))
    return _admission(form, roles)


def _key(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place)


def _admission(form: _IdentityForm, roles: dict[str, tuple[Grant, ...]]) -> Admission:
    return Admission(
        digest=Digest(digest(form.model_dump(mode="json"))),
        groups=form.groups,
        admit=None if form.admit == EVERYBODY else frozenset(form.admit),
        roles=roles,
        new_people=form.new_people,
        link_verified_email=form.link_verified_email,
        second_factor=Proof(acr=frozenset(form.second_factor.acr), amr=frozenset(form.second_factor.amr)),
    )


def _wrong_admit(tree: Tree, form: _IdentityForm) -> Iterator[Finding]:
    if isinstance(form.admit, str) and form.admit != EVERYBODY:
        yield tree.finding(("admit",), f"{form.admit!r} is no list of groups.", f"Write `admit: [{form.admit}]`, or `admit: {EVERYBODY}`.")


def _grant(tree: Tree, place: int, one: _RoleForm) -> Grant | Finding:
    try:
        whose = None if one.team is None else team(one.team)
        name = None if one.use_case is None else slug(one.use_case)
        checked = check_grant(Grant(role=Role(one.role), place=Place(team=whose, use_case=name)))
    except (NotATeamError, NotASlugError, TwoPlacesError) as wrong:
        return tree.finding(("roles", place), str(wrong), "")
    except ValueError:
        return tree.finding(("roles", place), f"{one.role!r} is no role.", f"Write one of: {', '.join(sorted(Role))}.")
    return tree.finding(("roles", place), checked.why, checked.remedy) if isinstance(checked, Refused) else checked
