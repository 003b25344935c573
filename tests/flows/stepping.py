"""Every journey into a use case's workflow by its name, for the test of teams."""

from collections.abc import Callable, Mapping

from licet.core.workflow import End, StepName, Workflow
from licet.flows.office import Office
from licet.flows.see_workflow import registered, see_item, see_items, see_workflow
from licet.flows.set_steps import migrate_items, register_workflow
from licet.flows.walk import list_items, list_versions, send_on, show_item, start_item
from licet.testing import World, past_cases

NO_STEPS = Workflow(begin=StepName("a"), steps={StepName("a"): End()})

WAYS: Mapping[str, Callable[[Office, World, str], object]] = {
    "register_workflow": lambda o, w, name: register_workflow(o, w.owner, name=name, workflow=NO_STEPS),
    "migrate_items": lambda o, w, name: migrate_items(o, w.owner, name=name, number=1),
    "start_item": lambda o, w, name: start_item(o, w.operator, name=name, row=past_cases(1)[0]),
    "send_on": lambda o, w, name: send_on(o, w.owner, name=name, item="x", to="x"),
    "list_items": lambda o, w, name: list_items(o, name=name),
    "show_item": lambda o, w, name: show_item(o, name=name, item="x"),
    "see_items": lambda o, w, name: see_items(o, w.owner, name=name),
    "see_item": lambda o, w, name: see_item(o, w.owner, name=name, item="x"),
    "see_workflow": lambda o, w, name: see_workflow(o, w.owner, name=name),
    "registered": lambda o, w, name: registered(o, name=name, number=None),
    "list_versions": lambda o, w, name: list_versions(o, name=name),
}
