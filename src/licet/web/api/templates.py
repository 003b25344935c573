"""Templates: which there are for every team, where each came from, how often it was used, and whether it was taken back. Read only."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from licet.core.published import SHORTEST_PIN, NotATemplateNameError, Published, reference
from licet.core.refusal import Refused
from licet.core.token import TokenScope
from licet.core.use_case import SLUG_LIMIT
from licet.core.withdrawal import Withdrawal
from licet.flows.publish_template import MOST_VERSIONS, Counted, Shown, list_templates, show_template
from licet.web.guard import Reached, needs, reaching
from licet.web.problems import invalid, refusal

routes = APIRouter(tags=["templates"])
OUT = ConfigDict(extra="forbid")
LONGEST_PAGE = 200
READERS = Depends(reaching(TokenScope.MANDATE_READ))


class FromOut(BaseModel):
    """Where a template came from, and nothing else of it."""

    model_config = OUT

    team: str
    use_case: str
    elsewhere: bool = Field(description="Whether it was brought from another installation; then nobody checked what its file says.")


class WithdrawnOut(BaseModel):
    """What took a version back, for good."""

    model_config = OUT

    at: datetime
    reason: str
    template: str = Field(description="Under which name these files were taken back; another one where they are a copy.")
    version: int


class TemplateOut(BaseModel):
    """A template in one version, without its files."""

    model_config = OUT

    name: str
    version: int
    digest: str = Field(description="Of its files.")
    says: str
    origin: FromOut = Field(serialization_alias="from")
    published_at: datetime
    offer: str | None = Field(description="The id of the offer that became this version; null: none did.")
    uses: int = Field(description="How many use cases began from the template, in any version.")
    teams: int = Field(description="Of how many teams.")
    bytes: int
    withdrawn: WithdrawnOut | None = Field(description="Null: it stands. Else nobody begins from it any more.")


class TemplatesOut(BaseModel):
    """A page of the templates, by name, each in its newest version."""

    model_config = OUT

    templates: list[TemplateOut]
    after: str | None = Field(description="Where the next page begins: send it as `after`. Null: there is no more.")


class FileOut(BaseModel):
    """A file of a template, without what is in it."""

    model_config = OUT

    path: str
    sha256: str
    size: int = Field(description="Bytes.")


class VersionOut(BaseModel):
    """A version of a template."""

    model_config = OUT

    version: int
    digest: str
    published_at: datetime
    withdrawn: WithdrawnOut | None


class TemplateShownOut(TemplateOut):
    """One version of a template with its files, beside the versions there are."""

    files: list[FileOut]
    versions: list[VersionOut] = Field(description=f"The newest first, {MOST_VERSIONS} at most.")


After = Annotated[str, Query(max_length=SLUG_LIMIT, description="Templates whose names come after this one.")]
Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="Templates on a page.")]
Name = Annotated[str, Path(description="The template's name.")]
Pin = Annotated[str | None, Query(description=f"Of which version: {SHORTEST_PIN} to 64 hex digits. Without it, the newest.")]


@routes.get("/templates", **needs(TokenScope.MANDATE_READ))
async def read_templates(reached: Annotated[Reached, READERS], after: After = "", limit: Limit = 100) -> TemplatesOut:
    """The templates of the installation, whichever team published them; they are there for every team."""
    found = await reached.desk.run(lambda: list_templates(reached.office, after=after, most=limit + 1))
    page = found[:limit]
    return TemplatesOut(templates=[TemplateOut(**_told(one)) for one in page], after=page[-1].template.name if len(found) > limit else None)


@routes.get("/templates/{name}", **needs(TokenScope.MANDATE_READ))
async def read_template(reached: Annotated[Reached, READERS], name: Name, digest: Pin = None) -> TemplateShownOut:
    """One version of a template: its files by name and digest, and which versions there are."""
    try:
        wanted = reference(name if digest is None else f"{name}@{digest}")
    except NotATemplateNameError as wrong:
        raise invalid("name" if digest is None else "digest", str(wrong)) from None
    found = await reached.desk.run(lambda: show_template(reached.office, wanted))
    if isinstance(found, Refused):
        raise refusal(found)
    return _shown(found)


def _told(counted: Counted) -> dict[str, Any]:
    one = counted.template
    return {
        "name": one.name,
        "version": one.version,
        "digest": one.digest,
        "says": one.says,
        "origin": FromOut(team=one.origin.team, use_case=one.origin.use_case, elsewhere=one.origin.elsewhere),
        "published_at": one.at,
        "offer": one.offer,
        "uses": counted.reuse.uses,
        "teams": counted.reuse.teams,
        "bytes": one.size,
        "withdrawn": _withdrawn(counted.withdrawn),
    }


def _shown(found: Shown) -> TemplateShownOut:
    files = [FileOut(path=path, sha256=fact.sha256, size=fact.size) for path, fact in found.template.listing.items()]
    return TemplateShownOut(**_told(found), files=files, versions=[_version(one, taken) for one, taken in found.versions])


def _version(one: Published, withdrawn: Withdrawal | None) -> VersionOut:
    return VersionOut(version=one.version, digest=one.digest, published_at=one.at, withdrawn=_withdrawn(withdrawn))


def _withdrawn(taken: Withdrawal | None) -> WithdrawnOut | None:
    return None if taken is None else WithdrawnOut(at=taken.at, reason=taken.reason, template=taken.name, version=taken.version)
