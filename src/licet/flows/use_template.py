"""Using a template: a new use case begins from it, and its team sees ever after what it changed since."""

from dataclasses import dataclass

from licet.core.canonical import Json
from licet.core.ids import TemplateName
from licet.core.people import Actor
from licet.core.published import Published, Reference, Use
from licet.core.refusal import Refused
from licet.core.template_files import Collected, FileChange, changes, listing
from licet.core.use_case import UseCase
from licet.core.withdrawal import Withdrawal, may_begin
from licet.flows.office import Office, entry
from licet.flows.publish_template import standing, version_of, with_withdrawals
from licet.flows.register import NewUseCase, create_within
from licet.store import teams, templates, use_cases
from licet.store.book import Tx

NO_TEMPLATE = Refused(
    code="no_template", why="The use case began from no template.", remedy="Begin one from a template: `licet template use NAME SLUG`."
)


def use_template(office: Office, by: Actor, begun: NewUseCase, *, template: Reference) -> UseCase | Refused:
    """Creates a use case that begins from a template. Nothing but files comes along, and those are the caller's to write.

    Args:
        office: the office.
        by: who begins it.
        begun: the use case, as the template's own files say it.
        template: the version, by its digest.

    Raises:
        NotASlugError: when the name cannot be a use case's.
    """
    with office.book.write() as tx:
        now = office.clock.now()
        found = _to_begin(tx, template)
        if isinstance(found, Refused):
            return found
        made = create_within(office, tx, by, begun, now=now)
        if isinstance(made, Refused):
            return made
        use = Use(name=found.name, version=found.version, digest=found.digest, team=teams.of(tx, made), by=by.id, at=now)
        templates.begin(tx, made, use)
        facts: dict[str, Json] = {"template": use.name, "version": use.version, "digest": use.digest}
        tx.record(entry("template.used", by=by.id, now=now, use_case=made, **facts))
        return made


def _to_begin(tx: Tx, template: Reference) -> Published | Refused:
    found = version_of(tx, template)
    if isinstance(found, Refused):
        return found
    ((_, withdrawn),) = with_withdrawals(tx, [found])
    there = [] if withdrawn is None else standing(tx, templates.versions(tx, found.name))
    return may_begin(found, withdrawn, newest=next(iter(there), None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What a team changed since it began.

    Attributes:
        use: the version that it began from.
        began: that version.
        changed: file by file.
        newest: the newest version now.
        has_newest: whether the team's files are those of the newest version.
        withdrawn: what took back the version that it began from; None: nothing did.
        newest_withdrawn: what took back the newest version; None: nothing did.
    """

    use: Use
    began: Published
    changed: tuple[FileChange, ...]
    newest: Published
    has_newest: bool
    withdrawn: Withdrawal | None
    newest_withdrawn: Withdrawal | None


def changed_since(office: Office, collected: Collected, *, name: str) -> Since | Refused:
    """Holds a use case's files against the version that it began from."""
    with office.book.read() as tx:
        found = began_from(tx, use_cases.require(tx, name))
        if isinstance(found, Refused):
            return found
        use, began = found
        mine, newest = listing(collected.files), newest_of(tx, began)
        (_, withdrawn), (_, of_newest) = with_withdrawals(tx, [began, newest])
        return Since(
            use=use,
            began=began,
            changed=changes(began.listing, mine),
            newest=newest,
            has_newest=not changes(newest.listing, mine),
            withdrawn=withdrawn,
            newest_withdrawn=of_newest,
        )


def began_from(tx: Tx, use_case: UseCase) -> tuple[Use, Published] | Refused:
    """The version that a use case began from, or `Refused` where it began from none."""
    use = templates.used_by(tx, use_case)
    if use is None:
        return NO_TEMPLATE
    began = version_of(tx, Reference(name=TemplateName(use.name), pin=use.digest))
    return began if isinstance(began, Refused) else (use, began)


def newest_of(tx: Tx, one: Published) -> Published:
    """The newest version of a template of which there is one at least."""
    return templates.newest(tx, one.name) or one
