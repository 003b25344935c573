"""What tests of templates start from: a set of files, and the journeys that take a use case's name."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from licet.core.answer import AnswerKind
from licet.core.ids import TeamName
from licet.core.people import Actor
from licet.core.published import Publication, Published, Reference, reference, template_name
from licet.core.template_files import Collected
from licet.core.use_case import UseCase
from licet.flows.offer_template import offer_changes
from licet.flows.office import Office
from licet.flows.publish_template import publish_template
from licet.flows.register import NewUseCase
from licet.flows.use_template import changed_since, use_template
from licet.testing import World, done

FILES: Mapping[str, bytes] = {
    "use_case.yaml": b"title: Mails\nanswer: choice\n",
    "standard.yaml": b"method: exact\n",
    "system.py": b"def propose(content):\n    return 'yes', 0.9\n",
}
SORTING = "mail-sorting"


def collected(**changed: bytes) -> Collected:
    """The files, with some of them changed or added: `guideline_md` is `guideline.md`."""
    more = {name.replace("_md", ".md").replace("_py", ".py"): data for name, data in changed.items()}
    return Collected(files={**FILES, **more}, left_out={})


def publication(name: str = SORTING, **changed: bytes) -> Publication:
    """What is to be published."""
    return Publication(name=template_name(name), says="Sorts mails.", files=collected(**changed).files, left_out=2)


def published(world: World, use_case: str, **changed: bytes) -> Published:
    """A template that the builder published."""
    wanted = replace(publication(), files=collected(**changed).files)
    return done(publish_template(world.office, world.builder, wanted, name=use_case))


def begun(office: Office, by: Actor, slug: str, *, wanted: Reference | None = None, team: TeamName | None = None) -> UseCase:
    """A use case that began from the template."""
    new = NewUseCase(name=slug, title="Post", kind=AnswerKind.CHOICE, team=team)
    return done(use_template(office, by, new, template=wanted or reference(SORTING)))


WAYS: Mapping[str, Callable[[Office, World, str], object]] = {
    "publish_template": lambda o, w, name: publish_template(o, w.owner, publication(), name=name),
    "changed_since": lambda o, w, name: changed_since(o, collected(), name=name),
    "offer_changes": lambda o, w, name: offer_changes(o, w.owner, collected(), name=name, why="x"),
}
"""Every journey on templates by a use case's name, for `test_teams`."""
