"""Templates by the API: programs of every team read what there is and what was withdrawn, page by page, and change nothing."""

from collections.abc import Iterator

import pytest

from licet.core.published import reference
from licet.core.token import TokenScope
from licet.flows.publish_template import publish_template
from licet.flows.withdraw_template import withdraw_template
from licet.testing import done
from tests.flows.templating import FILES, begun, publication
from tests.web.serving import MAILS, Served, code, serving

AT = "/api/v1/templates"
SCOPE = TokenScope.MANDATE_READ


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served world with three templates, of which the last was withdrawn in its first version and published anew."""
    with serving(tmp_path_factory.mktemp("templates")) as found:
        world = found.world
        for name in ("a-one", "b-two", "c-three"):
            done(publish_template(world.office, world.owner, publication(name, guideline_md=name.encode()), name=MAILS))
        begun(world.office, world.builder, "post", wanted=reference("b-two"))
        done(withdraw_template(world.office, world.owner, reference("b-two"), reason="Wrong."))
        done(withdraw_template(world.office, world.owner, reference("c-three"), reason="Too old."))
        done(publish_template(world.office, world.owner, publication("c-three", guideline_md=b"new"), name=MAILS))
        yield found


def test_the_list_says_what_there_is_from_whom_how_often_used_and_what_was_withdrawn_why(served: Served) -> None:
    found = served.client.get(AT).json()
    assert found["after"] is None
    assert [(one["name"], one["version"], one["uses"], one["teams"]) for one in found["templates"]] == [
        ("a-one", 1, 0, 0),
        ("b-two", 1, 1, 1),
        ("c-three", 2, 0, 0),
    ]
    first, second, third = found["templates"]
    assert first["from"] == {"team": "main", "use_case": MAILS, "elsewhere": False}
    assert (first["says"], first["withdrawn"], third["withdrawn"]) == ("Sorts mails.", None, None)
    assert (second["withdrawn"]["reason"], second["withdrawn"]["template"], second["withdrawn"]["version"]) == ("Wrong.", "b-two", 1)


def test_pages_follow_each_other_and_are_bounded(served: Served) -> None:
    names: list[str] = []
    after = ""
    for _ in range(3):
        page = served.client.get(AT, params={"limit": 1, "after": after}).json()
        names += [one["name"] for one in page["templates"]]
        after = page["after"] or after
    assert names == ["a-one", "b-two", "c-three"]
    assert page["after"] is None
    for odd in ({"limit": 0}, {"limit": 201}, {"after": "x" * 61}):
        assert code(served.client.get(AT, params=odd)) == (422, "invalid")


def test_one_template_shows_its_files_by_digest_and_its_versions_and_no_content(served: Served) -> None:
    newest = served.client.get(f"{AT}/c-three")
    told = newest.json()
    assert [one["path"] for one in told["files"]] == sorted([*FILES, "guideline.md"])
    assert [(one["version"], one["withdrawn"] and one["withdrawn"]["reason"]) for one in told["versions"]] == [(2, None), (1, "Too old.")]
    old = served.client.get(f"{AT}/c-three", params={"digest": told["versions"][1]["digest"][:12]}).json()
    assert (old["version"], old["withdrawn"]["reason"]) == (1, "Too old.")
    assert "propose" not in newest.text


def test_what_is_not_there_or_no_name_is_refused(served: Served) -> None:
    assert code(served.client.get(f"{AT}/absent")) == (404, "no_such_template")
    assert code(served.client.get(f"{AT}/a-one", params={"digest": "0" * 64})) == (404, "no_such_template")
    assert code(served.client.get(f"{AT}/a-one", params={"digest": "12"})) == (422, "invalid")
    assert code(served.client.get(f"{AT}/A%20one")) == (422, "invalid")


def test_a_token_reads_templates_with_the_scope_for_it_alone_and_no_program_changes_them(served: Served) -> None:
    bound = served.program(served.token(SCOPE, use_case=MAILS))
    assert len(bound.get(AT).json()["templates"]) == 3
    other = served.program(served.token(TokenScope.CASES_READ))
    for address in (AT, f"{AT}/a-one"):
        assert served.program(None).get(address).status_code == 401
        assert code(other.get(address)) == (403, "scope_missing")
        assert {served.client.request(method, address, json={}).status_code for method in ("POST", "PUT", "DELETE")} == {405}
