"""What the ledger promises: one form for an event, and proofs that only the truth passes."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.canonical import Json
from licet.core.ids import LICET, PersonId, UseCaseSlug
from licet.core.ledger import (
    EMPTY_ROOT,
    Event,
    Frontier,
    MalformedEventError,
    NotInTreeError,
    NotUtcError,
    UnknownWordError,
    commitment,
    consistency_proof,
    event_bytes,
    inclusion_proof,
    leaf_hash,
    node_hash,
    read_event,
    root,
    tree,
    verify_consistency,
    verify_inclusion,
)
from licet.core.ledger_words import WORDS
from licet.verify import consistent, included

# The eight leaves that implementations of RFC 6962 have compared their trees on since Certificate Transparency began.
LEAVES = [
    leaf_hash(bytes.fromhex(text))
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
AT = datetime(2026, 3, 1, 9, 30, 0, 5, tzinfo=UTC)
EVENT = Event(what="case.decided", at=AT, by=LICET, use_case=UseCaseSlug("slips"), facts={"case_number": 7, "ä": [1.5, None]})
sizes = st.integers(min_value=1, max_value=130)


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


def slow_root(level: list[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is written."""
    if len(level) < 2:
        return level[0] if level else hashlib.sha256(b"").digest()
    half = 1
    while half * 2 < len(level):
        half *= 2
    return node_hash(slow_root(level[:half]), slow_root(level[half:]))


def test_an_event_is_written_in_one_form() -> None:
    assert (
        event_bytes(EVENT)
        == (
            '{"at":"2026-03-01T09:30:00.000005Z","by":"licet","facts":{"case_number":7,"ä":[1.5,null]},"use_case":"slips","v":1,"what":"case.decided"}'
        ).encode()
    )


def test_the_order_of_facts_does_not_change_the_bytes() -> None:
    turned = Event(what=EVENT.what, at=AT, by=LICET, use_case=EVENT.use_case, facts=dict(reversed(list(EVENT.facts.items()))))
    assert event_bytes(turned) == event_bytes(EVENT)


json_values: st.SearchStrategy[Json] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    what=st.sampled_from(sorted(WORDS)),
    at=st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)),  # noqa: DTZ001  # hypothesis wants it naive
    slug=st.none() | st.just(UseCaseSlug("slips")),
    facts=st.dictionaries(st.text("abc", max_size=3), json_values, max_size=3),
)
def test_what_was_written_reads_back_equal(what: str, at: datetime, slug: UseCaseSlug | None, facts: dict[str, Json]) -> None:
    event = Event(what=what, at=at, by=PersonId("p1"), use_case=slug, facts=facts)
    assert read_event(event_bytes(event)) == event


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        event_bytes(EVENT) + b" ",
        event_bytes(EVENT).replace(b'"v":1', b'"v":2'),
        event_bytes(EVENT).replace(b"case.decided", b"case.ignored"),
        event_bytes(EVENT).replace(b"09:30", b"09:61"),
        event_bytes(EVENT).replace(b'"facts":{', b'"facts":[{').replace(b"},", b"}],"),
        event_bytes(EVENT).replace(b'"v":1', b'"v":1,"v":1'),
        b"[" * 100_000,
    ],
)
def test_bytes_that_are_not_an_event_are_refused(raw: bytes) -> None:
    with pytest.raises(MalformedEventError):
        read_event(raw)


def test_a_word_without_a_meaning_is_refused() -> None:
    with pytest.raises(UnknownWordError, match=r"'case\.lost'"):
        Event(what="case.lost", at=AT, by=LICET, use_case=None, facts={})


@pytest.mark.parametrize("at", [AT.replace(tzinfo=None), AT.astimezone(timezone(timedelta(hours=1)))])
def test_a_time_that_is_not_utc_is_refused(at: datetime) -> None:
    with pytest.raises(NotUtcError):
        Event(what="case.decided", at=at, by=LICET, use_case=None, facts={})


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        event_bytes(Event(what="case.decided", at=AT, by=LICET, use_case=None, facts={"confidence": float("nan")}))


def test_every_word_has_the_form_thing_happened_and_a_meaning() -> None:
    assert all(word.count(".") == 1 and word.islower() and meaning.endswith(".") for word, meaning in WORDS.items())


def test_a_commitment_keeps_the_border_between_salt_and_payload() -> None:
    assert commitment(b"s" * 32, b"payload") == hashlib.sha256(b"s" * 32 + b"payload").hexdigest()
    with pytest.raises(ValueError, match="31"):
        commitment(b"s" * 31, b"spayload")


def test_the_roots_are_those_of_rfc_6962() -> None:
    assert root([]) == tree([]).root() == Frontier().root() == EMPTY_ROOT
    for size, expected in enumerate(ROOTS, start=1):
        assert root(LEAVES[:size]).hex() == tree(LEAVES[:size]).root().hex() == Frontier().extend(LEAVES[:size]).root().hex() == expected


def test_the_proofs_are_those_of_rfc_6962() -> None:
    path = (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        ROOTS[3],
    )
    assert tuple(part.hex() for part in inclusion_proof(5, LEAVES)) == path
    grown = (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        ROOTS[3],
    )
    assert tuple(part.hex() for part in consistency_proof(6, LEAVES)) == grown
    fifth = (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    )
    assert tuple(part.hex() for part in consistency_proof(2, LEAVES[:5])) == fifth
    assert inclusion_proof(0, LEAVES[:1]) == consistency_proof(0, LEAVES) == consistency_proof(8, LEAVES) == ()


@given(sizes)
def test_the_fast_root_is_the_root_as_rfc_6962_writes_it(size: int) -> None:
    assert root(leaves(size)) == slow_root(leaves(size))


@given(st.lists(st.integers(min_value=0, max_value=20), max_size=8))
def test_a_frontier_grown_in_any_steps_has_the_tree_s_root(steps: list[int]) -> None:
    frontier, total = Frontier(), leaves(sum(steps))
    for step in steps:
        frontier = frontier.extend(total[frontier.size : frontier.size + step])
    assert (frontier.size, frontier.root()) == (len(total), root(total))
    assert len(frontier.peaks) == len(total).bit_count()
    assert frontier.append(leaf_hash(b"x")).root() == root([*total, leaf_hash(b"x")])


@given(data=st.data(), size=sizes)
def test_every_entry_is_shown_to_be_where_it_is_and_nowhere_else(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    other = data.draw(st.integers(min_value=-1, max_value=size + 1))
    total = leaves(size)
    proof, top = inclusion_proof(index, total), root(total)
    for verify in (verify_inclusion, included):
        assert verify(total[index], index=index, size=size, proof=proof, root=top)
        assert verify(total[index], index=other, size=size, proof=proof, root=top) == (other == index)
        assert not verify(leaf_hash(b"other"), index=index, size=size, proof=proof, root=top)
        assert not verify(total[index], index=index, size=size, proof=[*proof, top], root=top)
        assert not proof or not verify(total[index], index=index, size=size, proof=proof[1:], root=top)


@pytest.mark.parametrize("size", range(1, 14))
def test_a_path_fits_one_number_only(size: int) -> None:
    total = leaves(size)
    for index in range(size):
        proof = inclusion_proof(index, total)
        for verify in (verify_inclusion, included):
            fits = [other for other in range(size) if verify(total[index], index=other, size=size, proof=proof, root=root(total))]
            assert fits == [index]


@given(data=st.data(), size=sizes)
def test_a_ledger_that_only_grew_is_shown_to_have_only_grown(data: st.DataObject, size: int) -> None:
    first = data.draw(st.integers(min_value=0, max_value=size))
    total = leaves(size)
    proof, old, new = consistency_proof(first, total), root(total[:first]), root(total)
    rewritten = root([leaf_hash(b"rewritten"), *total[1:]])
    for verify in (verify_consistency, consistent):
        assert verify(first=first, first_root=old, second=size, second_root=new, proof=proof)
        assert not verify(first=first, first_root=old, second=size, second_root=new, proof=[*proof, new])
        assert first == 0 or not verify(first=first, first_root=old, second=size, second_root=rewritten, proof=proof)
        assert not verify(first=first, first_root=hashlib.sha256(b"x").digest(), second=size, second_root=new, proof=proof)
        assert not proof or not verify(first=first, first_root=old, second=size, second_root=new, proof=proof[:-1])


@given(sizes, sizes, st.lists(st.binary(min_size=32, max_size=32), max_size=9))
def test_both_verifiers_refuse_the_same_invented_proofs(first: int, second: int, proof: list[bytes]) -> None:
    old, new = root(leaves(first)), root(leaves(second))
    verdicts = {
        verify(first=first, first_root=old, second=second, second_root=new, proof=proof) for verify in (verify_consistency, consistent)
    }
    assert verdicts == {first == second and not proof}


def test_proofs_of_what_is_not_there_are_refused() -> None:
    with pytest.raises(NotInTreeError, match="8"):
        inclusion_proof(8, LEAVES)
    with pytest.raises(NotInTreeError, match="9"):
        consistency_proof(9, LEAVES)
