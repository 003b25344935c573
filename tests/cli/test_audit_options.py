"""The options of an audit plan: what is said counts, zero too."""

import click
import pytest

from licet.cli.audit_options import OPTIONS, plan_from
from licet.cli.frame import Share

pytestmark = pytest.mark.one_database

NOTHING = {**dict.fromkeys(OPTIONS), "audit_more": ()}


def test_a_zero_is_something_that_was_said() -> None:
    """Breaks when 0 is read as nothing: then a rate that no plan can have becomes the ordinary one, and nobody is told."""
    assert plan_from(NOTHING, rate=0.1)[0] is None
    plan, _ = plan_from({**NOTHING, "highest_audit_rate": 0.0, "check_agreements": 0.0, "most_late": 0}, rate=0.1)
    assert plan is not None
    assert (plan.highest, plan.agreements, plan.most_late) == (0.0, 0.0, 0)
    plan, _ = plan_from({**NOTHING, "check_agreements": 0.2}, rate=0.1)
    assert plan is not None
    assert (plan.highest, plan.agreements) == (0.1, 0.2)


def test_a_share_of_none_is_taken_only_where_none_makes_sense() -> None:
    assert Share(zero=True).convert("0", None, None) == 0.0
    for wrong in (Share(zero=True), "-0.1"), (Share(zero=True), "nan"), (Share(), "0"):
        with pytest.raises(click.BadParameter):
            wrong[0].convert(wrong[1], None, None)
