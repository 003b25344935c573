"""Templates: pinned by digest, there for every team, never changed, and improved only by whoever publishes them."""

from pathlib import Path

import pytest
from sqlalchemy import text

from licet.core.ids import TeamName
from licet.core.published import AcceptedOffer, DeclinedOffer, OpenOffer, Origin, Reference, reference
from licet.core.template_files import NotATemplateError, files_digest, listing
from licet.flows.offer_template import accept_offer, decline_offer, list_offers, offer_changes, see_offer
from licet.flows.publish_template import Brought, import_template, list_templates, publish_template, read_template, show_template
from licet.flows.settle import settle
from licet.flows.use_template import changed_since
from licet.store import notices, standards, use_cases
from licet.store.templates import BrokenTemplateError
from licet.testing import World, done
from tests.flows.examples import MAILS, code, of_word
from tests.flows.templating import FILES, SORTING, begun, collected, publication, published

NORTH, SOUTH = TeamName("north"), TeamName("south")


def told(world: World) -> list[tuple[str, str]]:
    """Who was told what, once the outbox was emptied."""
    notices.deliver(world.office.book, world.post, world.clock.now())
    return [(message.to, message.subject) for message in world.post.messages]


def test_what_is_published_is_read_back_byte_by_byte_under_its_digest(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        made = published(world, MAILS)
        assert (made.version, made.digest) == (1, files_digest(listing(FILES)))
        for wanted in (SORTING, f"{SORTING}@{made.digest}", f"{SORTING}@{made.digest[:12]}"):
            assert done(read_template(world.office, reference(wanted))).files == FILES
        (said,) = of_word(world, "template.published")
        assert said.use_case == MAILS
        expected = {"template": SORTING, "version": 1, "digest": made.digest, "files": 3, "left_out": 2}
        assert {key: said.facts[key] for key in expected} == expected
        assert b"propose" not in b"".join(world.entries())


def test_only_owners_and_builders_publish_and_nothing_twice(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        for by in (world.risk, world.reviewer):
            assert code(publish_template(world.office, by, publication(), name=MAILS)) == "not_permitted"
        assert code(publish_template(world.office, world.operator, publication(), name=MAILS)) == "person_needed"
        published(world, MAILS)
        assert code(publish_template(world.office, world.owner, publication(), name=MAILS)) == "already_done"
        with pytest.raises(NotATemplateError, match=r"system\.py.*line 1.*private key"):
            published(world, MAILS, system_py=b"-----BEGIN RSA PRIVATE KEY-----\n")
        assert len(list_templates(world.office)) == 1


def test_a_name_belongs_to_the_use_case_that_published_first(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        world.use_case("other")
        published(world, MAILS)
        assert code(publish_template(world.office, world.builder, publication(guideline_md=b"x"), name="other")) == "template_name_taken"
        elsewhere = Brought(template=publication(guideline_md=b"y"), origin=Origin(team="far", use_case="away", elsewhere=True))
        assert code(import_template(world.office, world.builder, elsewhere)) == "template_name_taken"
        assert published(world, MAILS, guideline_md=b"z").version == 2


def test_a_version_stays_what_it_was_when_the_next_is_published(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        first = published(world, MAILS)
        second = published(world, MAILS, guideline_md=b"# Rule\n")
        pinned = Reference(name=first.name, pin=first.digest)
        assert done(read_template(world.office, pinned)).files == FILES
        assert done(show_template(world.office, reference(SORTING))).template == second
        assert code(show_template(world.office, reference(f"{SORTING}@{'0' * 64}"))) == "no_such_template"
        assert code(show_template(world.office, reference("nowhere"))) == "no_such_template"


def test_files_that_somebody_changed_in_the_database_are_never_given_out(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        published(world, MAILS)
        published(world, MAILS, guideline_md=b"# Rule\n")
        with world.office.book.write() as tx:
            tx.conn.execute(
                text("UPDATE template_version SET files = (SELECT files FROM template_version WHERE version = 2) WHERE version = 1")
            )
        digest = files_digest(listing(FILES))
        with pytest.raises(BrokenTemplateError, match=digest):
            read_template(world.office, reference(f"{SORTING}@{digest}"))


def test_using_a_template_brings_files_and_nothing_that_anybody_signed(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.journey(MAILS)
        first = published(world, MAILS)
        begun_as = begun(world.office, world.builder, "post", team=SOUTH)
        assert begun_as.owner is None
        assert world.mandate("post") is None
        with world.office.book.read() as tx:
            assert standards.newest(tx, use_cases.require(tx, "post")) is None
        (said,) = of_word(world, "template.used")
        assert (said.use_case, said.facts["digest"]) == ("post", first.digest)
        begun(world.office, world.owner, "letters", team=SOUTH)
        begun(world.office, world.owner, "faxes", team=NORTH)
        (counted,) = list_templates(world.office)
        assert (counted.reuse.uses, counted.reuse.teams) == (3, 2)


def test_other_teams_see_team_and_name_of_where_a_template_came_from_and_may_begin_from_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        north, south = world.office.for_team(NORTH), world.office.for_team(SOUTH)
        begun_elsewhere = publication("seed")
        world.use_case(MAILS)
        done(publish_template(world.office, world.builder, begun_elsewhere, name=MAILS))
        begun(north, world.builder, "letters", wanted=reference("seed"))
        made = done(publish_template(north, world.builder, publication(guideline_md=b"# North\n"), name="letters"))
        seen = done(show_template(south, reference(SORTING)))
        assert seen.template.origin == Origin(team="north", use_case="letters")
        assert begun(south, world.builder, "post").slug == "post"
        assert done(changed_since(south, collected(guideline_md=b"# North\n"), name="post")).use.digest == made.digest


def test_a_team_sees_file_by_file_what_it_changed_and_what_came_since(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        assert code(changed_since(world.office, collected(), name=MAILS)) == "no_template"
        first = published(world, MAILS)
        begun(world.office, world.builder, "post")
        same = done(changed_since(world.office, collected(), name="post"))
        assert (same.changed, same.newest, same.has_newest) == ((), first, True)
        second = published(world, MAILS, guideline_md=b"# Rule\n")
        mine = done(changed_since(world.office, collected(system_py=b"x = 1\n"), name="post"))
        assert [(one.path, one.before is None, one.after is None) for one in mine.changed] == [("system.py", False, False)]
        assert (mine.newest, mine.has_newest) == (second, False)
        assert done(changed_since(world.office, collected(guideline_md=b"# Rule\n"), name="post")).has_newest


def test_changes_are_offered_back_and_become_the_next_version_by_the_publishers_yes(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        published(world, MAILS)
        begun(world.office, world.builder, "post", team=SOUTH)
        better = collected(guideline_md=b"# Better\n")
        assert code(offer_changes(world.office, world.builder, collected(), name="post", why="x")) == "nothing_to_offer"
        assert code(offer_changes(world.office, world.builder, better, name="post", why=" ")) == "reason_needed"
        assert code(offer_changes(world.office, world.builder, better, name=MAILS, why="x")) == "no_template"
        offered = done(offer_changes(world.office, world.builder, better, name="post", why="Clearer."))
        held = done(see_offer(world.office, offer=offered.id))
        assert held.offer == OpenOffer(offered=offered)
        assert [one.path for one in held.changed] == ["guideline.md"]
        assert (held.before, held.after) == (FILES, better.files)
        assert code(accept_offer(world.office, world.risk, offer=offered.id)) == "not_permitted"
        made = done(accept_offer(world.office, world.owner, offer=offered.id))
        assert (made.version, made.digest, made.offer, made.origin) == (2, offered.digest, offered.id, Origin(team="main", use_case=MAILS))
        assert isinstance(list_offers(world.office)[0], AcceptedOffer)
        assert code(accept_offer(world.office, world.owner, offer=offered.id)) == "offer_not_open"
        assert done(changed_since(world.office, collected(), name="post")).use.version == 1, "nobody's use case changes by it"
        assert [said.facts.get("offer") for said in of_word(world, "template.published")] == [None, offered.id]
        assert [subject for _, subject in told(world)] == [
            "Changes to template 'mail-sorting' are offered",
            "Your changes to template 'mail-sorting' are version 2",
        ]


def test_an_offer_that_would_undo_a_newer_version_takes_a_word_of_its_own(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        published(world, MAILS)
        begun(world.office, world.builder, "post")
        offered = done(offer_changes(world.office, world.builder, collected(guideline_md=b"# A\n"), name="post", why="x"))
        published(world, MAILS, prompt_md=b"# B\n")
        assert code(accept_offer(world.office, world.owner, offer=offered.id)) == "offer_outdated"
        assert code(accept_offer(world.office, world.owner, offer=offered.id, over=1)) == "offer_outdated"
        assert [one.path for one in done(see_offer(world.office, offer=offered.id)).changed] == ["guideline.md", "prompt.md"]
        assert done(accept_offer(world.office, world.owner, offer=offered.id, over=2)).version == 3


def test_a_no_says_why_and_the_ledger_does_not(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        published(world, MAILS)
        begun(world.office, world.builder, "post")
        offered = done(offer_changes(world.office, world.builder, collected(guideline_md=b"# A\n"), name="post", why="x"))
        assert code(decline_offer(world.office, world.owner, offer=offered.id, why="")) == "reason_needed"
        done(decline_offer(world.office, world.owner, offer=offered.id, why="Too long for us."))
        (found,) = list_offers(world.office)
        assert isinstance(found, DeclinedOffer)
        assert found.reason == "Too long for us."
        assert code(decline_offer(world.office, world.owner, offer=offered.id, why="x")) == "offer_not_open"
        settle(world.office)
        assert b"Too long" not in b"".join(world.entries())
        assert [one.template.version for one in list_templates(world.office)] == [1]


def test_an_offer_concerns_two_teams_and_is_not_there_for_a_third(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.use_case(MAILS)
        published(world, MAILS)
        south = world.office.for_team(SOUTH)
        begun(south, world.builder, "post")
        offered = done(offer_changes(south, world.builder, collected(guideline_md=b"# A\n"), name="post", why="x"))
        main, north = (world.office.for_team(TeamName(name)) for name in ("main", "north"))
        assert [len(list_offers(one)) for one in (main, south, north)] == [1, 1, 0]
        assert code(see_offer(north, offer=offered.id)) == "no_such_offer"
        assert code(accept_offer(north, world.owner, offer=offered.id)) == "no_such_offer"
        assert code(accept_offer(south, world.owner, offer=offered.id)) == "no_such_offer", "who offers does not accept"
        assert done(accept_offer(main, world.owner, offer=offered.id)).version == 2


def test_what_is_brought_from_elsewhere_belongs_to_no_use_case_and_says_so(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        origin = Origin(team="far", use_case="away", elsewhere=True)
        brought = Brought(template=publication(), origin=origin)
        assert code(import_template(world.office, world.risk, brought)) == "not_permitted"
        made = done(import_template(world.office, world.builder, brought))
        assert (made.owned_by, made.origin) == (None, origin)
        assert code(import_template(world.office, world.builder, brought)) == "already_done"
        south = world.office.for_team(SOUTH)
        begun(south, world.builder, "post")
        offered = done(offer_changes(south, world.builder, collected(guideline_md=b"# A\n"), name="post", why="x"))
        assert code(accept_offer(south, world.owner, offer=offered.id)) == "beyond_the_team"
        assert done(accept_offer(world.office, world.owner, offer=offered.id)).version == 2
        assert len(of_word(world, "template.imported")) == 1
