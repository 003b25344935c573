"""Evaluating, for tests: each way into a comparison, a label and a run by a use case's name."""

from collections.abc import Callable, Mapping

from licet.core.answer import Choice
from licet.core.refusal import Refused
from licet.flows.answer_labels import answer_label, label_asked, next_label
from licet.flows.compare import ask_both
from licet.flows.import_evidence import may_bring
from licet.flows.office import Office
from licet.flows.see_label_next import see_label_next
from licet.flows.see_run import newest_run
from licet.flows.tell_evaluation import newest_evaluation
from licet.testing import World
from tests.flows import comparing
from tests.flows.examples import MAILS


def ask_versions(world: World) -> None:
    """Both versions of the newest plan are asked."""
    assert not isinstance(ask_both(world.office, world.operator, name=MAILS), Refused)


ONE = "t_x"
WAYS: Mapping[str, Callable[[Office, World, str], object]] = {
    **comparing.WAYS,
    "next_label": lambda o, w, name: next_label(o, w.reviewer, name=name),
    "label_asked": lambda o, w, name: label_asked(o, w.reviewer, name=name, token=ONE),
    "answer_label": lambda o, w, name: answer_label(o, w.reviewer, name=name, token=ONE, answer=Choice(value="yes")),
    "may_bring": lambda o, w, name: may_bring(o, w.owner, name=name),
    "newest_evaluation": lambda o, w, name: newest_evaluation(o, w.owner, name=name),
    "see_label_next": lambda o, w, name: see_label_next(o, w.owner, name=name, more=None),
    "newest_run": lambda o, w, name: newest_run(o, name=name),
}
"""Every such journey."""
