"""Withdrawing a template: for good, with a reason, by who answers for it; who uses it keeps it, and nobody begins anew."""

from datetime import timedelta
from pathlib import Path

from licet.core.answer import AnswerKind
from licet.core.ids import TeamName
from licet.core.people import Role
from licet.core.published import LONGEST_SAYS, Origin, Reference, reference
from licet.core.refusal import Refused
from licet.flows.offer_template import accept_offer, offer_changes
from licet.flows.publish_template import Brought, import_template, list_templates, publish_template, read_template, show_template
from licet.flows.register import NewUseCase, retire_use_case
from licet.flows.settle import settle
from licet.flows.use_template import changed_since, use_template
from licet.flows.withdraw_template import withdraw_template
from licet.store import notices
from licet.testing import World, done
from tests.flows.examples import MAILS, code, of_word
from tests.flows.templating import FILES, SORTING, begun, collected, publication, published

NORTH, SOUTH = TeamName("north"), TeamName("south")
WHY = "It answers yes to everything."
FAR = Origin(team="far", use_case="away", elsewhere=True)


def later(world: World) -> None:
    """A minute passes."""
    world.clock.pass_time(timedelta(minutes=1))


def refused_to_begin(world: World, wanted: Reference) -> Refused:
    """What somebody reads who wants to begin from a template."""
    found = use_template(world.office, world.builder, NewUseCase(name="anew", title="x", kind=AnswerKind.CHOICE), template=wanted)
    assert isinstance(found, Refused)
    return found


def test_nobody_begins_from_what_was_withdrawn_and_who_uses_it_keeps_and_verifies_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        first = published(world, MAILS)
        begun(world.office, world.builder, "post", team=SOUTH)
        (taken,) = done(withdraw_template(world.office, world.owner, reference(SORTING), reason=f" {WHY} "))
        assert (taken.version, taken.digest, taken.reason) == (1, first.digest, WHY)
        found = refused_to_begin(world, reference(SORTING))
        assert found.code == "template_withdrawn"
        assert WHY in found.why
        assert "'main'" in found.remedy
        assert not [one for one in of_word(world, "use_case.created") if one.use_case == "anew"]
        whole = done(read_template(world.office, Reference(name=first.name, pin=first.digest)))
        assert (whole.files, whole.withdrawn) == (FILES, taken)
        since = done(changed_since(world.office, collected(), name="post"))
        assert (since.withdrawn, since.newest_withdrawn, since.changed) == (taken, taken, ())
        assert [one.withdrawn for one in list_templates(world.office)] == [taken]
        assert done(show_template(world.office.for_team(SOUTH), reference(SORTING))).withdrawn == taken


def test_the_ledger_holds_that_it_was_withdrawn_and_nothing_of_the_reason(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        first = published(world, MAILS)
        done(withdraw_template(world.office, world.risk, reference(SORTING), reason=WHY))
        (said,) = of_word(world, "template.withdrawn")
        assert (said.use_case, said.by) == (MAILS, world.risk.id)
        assert (said.facts["template"], said.facts["version"], said.facts["digest"]) == (SORTING, 1, first.digest)
        settle(world.office)
        assert WHY.encode() not in b"".join(world.entries())


def test_owners_risk_and_admins_withdraw_with_a_reason_and_only_once(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        published(world, MAILS)
        for by in (world.builder, world.reviewer):
            assert code(withdraw_template(world.office, by, reference(SORTING), reason=WHY)) == "not_permitted"
        assert code(withdraw_template(world.office, world.operator, reference(SORTING), reason=WHY)) == "person_needed"
        for nothing in ("", "  "):
            assert code(withdraw_template(world.office, world.owner, reference(SORTING), reason=nothing)) == "reason_needed"
        for odd in ("x" * (LONGEST_SAYS + 1), "two\nlines"):
            assert code(withdraw_template(world.office, world.owner, reference(SORTING), reason=odd)) == "not_a_template"
        assert code(withdraw_template(world.office, world.owner, reference("absent"), reason=WHY)) == "no_such_template"
        assert done(withdraw_template(world.office, world.person("ada", Role.ADMIN), reference(SORTING), reason=WHY))
        assert code(withdraw_template(world.office, world.owner, reference(SORTING), reason="Another.")) == "already_done"
        assert [one.withdrawn.reason for one in list_templates(world.office) if one.withdrawn is not None] == [WHY]


def test_a_next_version_lifts_nothing_of_the_one_withdrawn(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        first = published(world, MAILS)
        done(withdraw_template(world.office, world.owner, reference(SORTING), reason=WHY))
        later(world)
        second = published(world, MAILS, guideline_md=b"# Rule\n")
        shown = done(show_template(world.office, reference(SORTING)))
        assert [(one.version, taken is None) for one, taken in shown.versions] == [(2, True), (1, False)]
        assert shown.withdrawn is None
        old = refused_to_begin(world, Reference(name=first.name, pin=first.digest))
        assert f"{SORTING}@{second.digest[:12]}" in old.remedy
        assert begun(world.office, world.builder, "post").slug == "post"
        later(world)
        assert code(publish_template(world.office, world.owner, publication(), name=MAILS)) == "template_withdrawn"


def test_a_digest_withdraws_one_version_and_a_name_alone_all_there_are(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        for text in (b"# A\n", b"# B\n", b"# C\n"):
            published(world, MAILS, guideline_md=text)
            later(world)
        middle = done(show_template(world.office, reference(SORTING))).versions[1][0]
        (one,) = done(withdraw_template(world.office, world.owner, Reference(name=middle.name, pin=middle.digest), reason=WHY))
        assert one.version == 2
        assert begun(world.office, world.builder, "post").slug == "post"
        rest = done(withdraw_template(world.office, world.owner, reference(SORTING), reason="All of it."))
        assert [one.version for one in rest] == [3, 1]
        reasons = [taken and taken.reason for _, taken in done(show_template(world.office, reference(SORTING))).versions]
        assert reasons == ["All of it.", WHY, "All of it."]


def test_the_same_files_are_not_taken_in_again_under_another_name_and_copies_are_withdrawn_with_them(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        published(world, MAILS)
        later(world)
        copy = done(import_template(world.office, world.builder, Brought(template=publication("copy"), origin=FAR)))
        (taken,) = done(withdraw_template(world.office, world.owner, reference(SORTING), reason=WHY))
        assert done(show_template(world.office, reference("copy"))).withdrawn == taken
        found = refused_to_begin(world, Reference(name=copy.name, pin=copy.digest))
        assert f"as version 1 of {SORTING!r}" in found.why
        later(world)
        again = import_template(world.office, world.builder, Brought(template=publication("again"), origin=FAR))
        assert isinstance(again, Refused)
        assert (again.code, WHY in again.why) == ("template_withdrawn", True)
        world.use_case("other")
        assert code(publish_template(world.office, world.builder, publication("once-more"), name="other")) == "template_withdrawn"


def test_withdrawing_a_copy_leaves_alone_what_it_was_copied_from(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        published(world, MAILS)
        later(world)
        done(import_template(world.office, world.builder, Brought(template=publication("copy"), origin=FAR)))
        done(withdraw_template(world.office, world.owner, reference("copy"), reason=WHY))
        assert [(one.template.name, one.withdrawn is None) for one in list_templates(world.office)] == [("copy", False), (SORTING, True)]
        assert begun(world.office, world.builder, "post").slug == "post"


def test_another_team_withdraws_nothing_and_what_came_from_elsewhere_takes_the_whole_installation(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        published(world, MAILS)
        later(world)
        done(import_template(world.office, world.builder, Brought(template=publication("far-one", guideline_md=b"x"), origin=FAR)))
        south = world.office.for_team(SOUTH)
        for name in (SORTING, "far-one"):
            for by in (world.owner, world.risk):
                assert code(withdraw_template(south, by, reference(name), reason=WHY)) == "beyond_the_team"
        assert done(withdraw_template(world.office.for_team(TeamName("main")), world.owner, reference(SORTING), reason=WHY))
        assert done(withdraw_template(world.office, world.risk, reference("far-one"), reason=WHY))
        assert [said.use_case for said in of_word(world, "template.withdrawn")] == [MAILS, None]


def test_who_began_from_it_is_told_why_once_each_and_no_folder_changes(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        published(world, MAILS)
        begun(world.office, world.builder, "post", team=SOUTH)
        begun(world.office, world.builder, "letters", team=NORTH)
        begun(world.office, world.owner, "faxes", team=NORTH)
        done(withdraw_template(world.office, world.owner, reference(SORTING), reason=WHY))
        notices.deliver(world.office.book, world.post, world.clock.now())
        told = [(one.to, WHY in one.body) for one in world.post.messages if "withdrawn" in one.subject]
        assert sorted(told) == sorted([(world.builder.id, True), (world.owner.id, True)])


def test_what_a_retired_use_case_published_can_still_be_withdrawn(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        published(world, MAILS)
        done(retire_use_case(world.office, world.owner, name=MAILS))
        assert done(withdraw_template(world.office, world.owner, reference(SORTING), reason=WHY))


def test_what_a_team_made_better_is_offered_back_and_becomes_the_next_version(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        published(world, MAILS)
        begun(world.office, world.builder, "post")
        done(withdraw_template(world.office, world.owner, reference(SORTING), reason=WHY))
        later(world)
        better = collected(system_py=b"def propose(content):\n    return 'no', 0.5\n")
        offered = done(offer_changes(world.office, world.builder, better, name="post", why="Asks first."))
        assert done(accept_offer(world.office, world.owner, offer=offered.id)).version == 2
        assert done(show_template(world.office, reference(SORTING))).withdrawn is None
