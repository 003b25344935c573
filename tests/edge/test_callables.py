"""A callable system: code in a use case's folder, whatever it does."""

import sys
from pathlib import Path

import pytest

from licet.core.answer import AnswerKind, Choice, Fields, Number, Text
from licet.core.case import Content, ImageContent, TableContent, TextContent
from licet.core.ids import UseCaseSlug
from licet.core.system import NoProposal, Proposal, SystemKind, high_stakes_probability
from licet.edge.callables import CallableSystem, load_callable
from licet.edge.code_folder import NotLoadableError
from licet.edge.contract import MOST_PROBABILITIES, read_proposal
from licet.edge.systems import FolderSystems
from licet.pretend import SeededDraw
from licet.settings import secret

ECHO = """
def propose(content):
    return {"answer": content["text"], "confidence": 0.9}
"""
THREE = [TextContent(text="a"), TextContent(text="b"), TextContent(text="c")]


def system(folder: Path, code: str, kind: AnswerKind = AnswerKind.CHOICE) -> CallableSystem:
    (folder / "system.py").write_text(code, "utf-8")
    return load_callable(folder, kind)


def said(folder: Path, body: str, content: Content | None = None) -> Proposal | NoProposal:
    return system(folder, f"def propose(content):\n    {body}\n").propose([content or THREE[0]])[0]


def test_a_function_proposes(tmp_path: Path) -> None:
    proposed = system(tmp_path, ECHO).propose(THREE)
    assert [one.answer for one in proposed if isinstance(one, Proposal)] == [Choice(value="a"), Choice(value="b"), Choice(value="c")]


def test_a_function_for_many_and_an_async_function_propose_in_order(tmp_path: Path) -> None:
    many = 'def propose_many(contents):\n    return [{"answer": c["text"], "confidence": 0.5} for c in contents]\n'
    later = ECHO.replace("def propose", "import asyncio\n\nasync def propose").replace(
        "    return", "    await asyncio.sleep(0)\n    return"
    )
    cases = [TextContent(text=str(k)) for k in range(230)]
    for code in (many, later):
        answers = [one.answer for one in system(tmp_path, code).propose(cases) if isinstance(one, Proposal)]
        assert answers == [Choice(value=str(k)) for k in range(230)]


def test_rows_and_pictures_arrive_as_they_are(tmp_path: Path) -> None:
    row = said(tmp_path, 'return {"answer": content["cells"]["land"], "confidence": 1}', TableContent(cells={"land": "de"}))
    assert isinstance(row, Proposal)
    assert row.answer == Choice(value="de")
    picture = said(
        tmp_path,
        'return {"answer": content["media_type"], "confidence": len(content["image"]) / 4}',
        ImageContent(data=b"ab", media_type="m"),
    )
    assert isinstance(picture, Proposal)
    assert (picture.answer, picture.confidence) == (Choice(value="m"), 0.5)


@pytest.mark.parametrize(
    ("kind", "answer", "read"),
    [
        (AnswerKind.CHOICE, 7, Choice(value="7")),
        (AnswerKind.NUMBER, 2.5, Number(value=2.5)),
        (AnswerKind.TEXT, "Dear Sir", Text(value="Dear Sir")),
        (AnswerKind.FIELDS, {"total": 3, "date": None}, Fields(values={"date": "", "total": "3"})),
    ],
)
def test_answers_are_of_the_kind_the_use_case_has(kind: AnswerKind, answer: object, read: object) -> None:
    proposal = read_proposal(kind, {"answer": answer, "confidence": 0.5}, latency_ms=1)
    assert isinstance(proposal, Proposal)
    assert proposal.answer == read


@pytest.mark.parametrize(
    "body",
    [
        "return None",
        "return 'yes'",
        "return {}",
        "return {'answer': 'yes'}",
        "return {'confidence': 0.5}",
        "return {'answer': 'yes', 'confidence': float('nan')}",
        "return {'answer': 'yes', 'confidence': 1.01}",
        "return {'answer': 'yes', 'confidence': -0.01}",
        "return {'answer': 'yes', 'confidence': '0.9'}",
        "return {'answer': 'yes', 'confidence': True}",
        "return {'answer': None, 'confidence': 0.9}",
        "return {'answer': ' ', 'confidence': 0.9}",
        "return {'answer': ['yes'], 'confidence': 0.9}",
        "return {'answer': 'yes', 'confidence': 0.9, 'probabilities': [0.9, 0.1]}",
        "return {'answer': 'yes', 'confidence': 0.9, 'probabilities': {'yes': 0.9}}",
        "return {'answer': 'yes', 'confidence': 0.9, 'probabilities': {'yes': 0.9, 'no': float('inf')}}",
        "raise RuntimeError(content['text'])",
        "import sys; sys.exit(3)",
        "return 1 / 0",
    ],
)
def test_what_is_no_proposal_goes_to_a_person(tmp_path: Path, body: str) -> None:
    assert isinstance(said(tmp_path, body), NoProposal)


def test_a_failure_is_named_by_its_line_and_never_by_the_case(tmp_path: Path) -> None:
    failed = said(tmp_path, "raise RuntimeError(content['text'])", TextContent(text="a secret"))
    assert failed == NoProposal(why="system.py:2 raised RuntimeError.")


@pytest.mark.parametrize("name", ["propose", "propose_many", "async"])
def test_one_failing_case_leaves_the_others_alone(tmp_path: Path, name: str) -> None:
    one = 'def propose(content):\n    assert content["text"] != "b"\n    return {"answer": content["text"], "confidence": 0.9}\n'
    code = {
        "propose": one,
        "async": "async " + one,
        "propose_many": one.replace("propose", "_one") + "def propose_many(contents):\n    return [_one(c) for c in contents]\n",
    }[name]
    proposed = system(tmp_path, code).propose(THREE)
    assert [type(found) for found in proposed] == [Proposal, NoProposal, Proposal]


@pytest.mark.parametrize("gives", ["[]", "None", "5", "[None] * 4"])
def test_a_list_of_the_wrong_length_is_nobodys_answer(tmp_path: Path, gives: str) -> None:
    proposed = system(tmp_path, f"def propose_many(contents):\n    return {gives}\n").propose(THREE)
    assert [type(found) for found in proposed] == [NoProposal] * 3


def test_reason_and_probabilities_are_kept_and_a_long_reason_is_cut(tmp_path: Path) -> None:
    found = said(tmp_path, "return {'answer': 'y', 'confidence': 0.9, 'probabilities': {'y': 0.9, 'n': 0.1}, 'reason': 'x' * 5000}")
    assert isinstance(found, Proposal)
    assert found.probabilities == {"y": 0.9, "n": 0.1}
    assert len(found.reason) == 2_000


def test_what_code_prints_does_not_mix_with_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    system(tmp_path, "print('loading')\n" + ECHO.replace("    return", "    print('working')\n    return")).propose(THREE[:1])
    assert capsys.readouterr() == ("", "loading\nworking\n")


def test_the_fingerprint_is_that_of_all_code_and_of_what_it_declares(tmp_path: Path) -> None:
    about = "SYSTEM = {'name': 'rules', 'version': 2, 'model': 'm-1', 'files': ['weights.bin']}\n"
    (tmp_path / "weights.bin").write_bytes(b"1")
    (tmp_path / "words.py").write_text("LIST = ['a']\n", "utf-8")
    first = system(tmp_path, about + ECHO).card
    assert (first.kind, first.name, first.version) == (SystemKind.CALLABLE, "rules", "2")
    assert system(tmp_path, about + ECHO).card == first
    prints = {first.fingerprint, system(tmp_path, about + ECHO + "# changed\n").card.fingerprint}
    prints.add(system(tmp_path, about.replace("m-1", "m-2") + ECHO).card.fingerprint)
    (tmp_path / "weights.bin").write_bytes(b"2")
    prints.add(system(tmp_path, about + ECHO).card.fingerprint)
    (tmp_path / "words.py").write_text("LIST = ['b']\n", "utf-8")
    prints.add(system(tmp_path, about + ECHO).card.fingerprint)
    assert len(prints) == 5


def test_without_a_declaration_the_version_is_the_codes_own(tmp_path: Path) -> None:
    card = system(tmp_path, ECHO).card
    assert card.name == "system.py"
    assert card.version != system(tmp_path, ECHO + "\n").card.version


def test_two_folders_may_have_files_of_the_same_name_and_nothing_stays_behind(tmp_path: Path) -> None:
    loaded = {}
    before = set(sys.modules)
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "words_of_ours.py").write_text(f"WORD = {name!r}\n", "utf-8")
        code = "import words_of_ours\ndef propose(content):\n    return {'answer': words_of_ours.WORD, 'confidence': 1.0}\n"
        loaded[name] = system(folder, code)
    assert [loaded[name].propose(THREE[:1])[0] for name in loaded] == [
        Proposal(answer=Choice(value=name), confidence=1.0) for name in loaded
    ]
    assert set(sys.modules) == before
    assert not list(tmp_path.rglob("__pycache__"))


def test_an_edit_within_the_same_second_is_another_system(tmp_path: Path) -> None:
    (tmp_path / "word.py").write_text("WORD = 'a'\n", "utf-8")
    code = "from word import WORD\ndef propose(content):\n    return {'answer': WORD, 'confidence': 1.0}\n"
    assert system(tmp_path, code).propose(THREE[:1])[0] == Proposal(answer=Choice(value="a"), confidence=1.0)
    (tmp_path / "word.py").write_text("WORD = 'b'\n", "utf-8")
    assert system(tmp_path, code).propose(THREE[:1])[0] == Proposal(answer=Choice(value="b"), confidence=1.0)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("x = 1\ndef propose(content:\n", r"system\.py:2: "),
        ("x = 1\nx / 0\n", r"system\.py:2: ZeroDivisionError"),
        ("import no_such_module_at_all\n", r"system\.py:1: ModuleNotFoundError"),
        ("raise SystemExit(2)\n", r"system\.py:1: SystemExit"),
        ("x = 1\n", "neither propose"),
        ("SYSTEM = ['a']\n" + ECHO, "SYSTEM must be a dict"),
        ("SYSTEM = {'a': {1, 2}}\n" + ECHO, "SYSTEM must be a dict"),
        ("SYSTEM = {'a': float('nan')}\n" + ECHO, "SYSTEM must be a dict"),
        ("SYSTEM = {'files': 'weights.bin'}\n" + ECHO, "must be a list"),
        ("SYSTEM = {'files': ['weights.bin']}\n" + ECHO, "'weights.bin', which is no file"),
        ("SYSTEM = {'files': ['../../secret']}\n" + ECHO, "which is no file in this folder"),
    ],
)
def test_what_cannot_be_loaded_is_named_with_file_and_line(tmp_path: Path, code: str, why: str) -> None:
    before = set(sys.modules)
    with pytest.raises(NotLoadableError, match=why) as caught:
        system(tmp_path, code)
    assert str(tmp_path / "system.py") in str(caught.value)
    assert set(sys.modules) == before


def test_a_use_case_without_code_has_no_callable_system(tmp_path: Path) -> None:
    (tmp_path / "triage").mkdir()
    systems = FolderSystems(tmp_path, secret, SeededDraw())
    assert systems.load(UseCaseSlug("triage"), AnswerKind.CHOICE, SystemKind.CALLABLE) is None
    (tmp_path / "triage" / "system.py").write_text(ECHO, "utf-8")
    assert systems.load(UseCaseSlug("triage"), AnswerKind.CHOICE, SystemKind.CALLABLE) is not None


@pytest.mark.parametrize(
    "said",
    [
        {"answer": "x" * 10_000_000, "confidence": 0.9},
        {"answer": "card", "confidence": 0.9, "probabilities": {"card": 1.0, **{f"{k:>10000}": 0.0 for k in range(300)}}},
    ],
    ids=["an answer", "probabilities"],
)
def test_an_answer_of_megabytes_is_none(said: dict[str, object]) -> None:
    found = read_proposal(AnswerKind.CHOICE, said, latency_ms=1)
    assert isinstance(found, NoProposal)
    assert "1,048,576 bytes" in found.why
    assert len(found.why) < 100


def test_of_a_hundred_thousand_classes_the_likeliest_are_kept_and_the_rest_counts_as_high_stakes(tmp_path: Path) -> None:
    """Breaks when whole distributions are kept, or when what is cut off hides how likely a high-stakes answer is."""
    many = 'p = {f"class {k}": 5e-6 for k in range(100_000)}; p["class 0"] += 0.5; '
    many += 'return {"answer": "class 0", "confidence": 0.5, "probabilities": p}'
    proposal = said(tmp_path, many)
    assert isinstance(proposal, Proposal)
    assert len(proposal.probabilities) == MOST_PROBABILITIES
    assert proposal.probabilities["class 0"] == pytest.approx(0.500005)
    assert high_stakes_probability(proposal, frozenset({"class 99999"})) == pytest.approx(0.5 - 5e-6 * MOST_PROBABILITIES, abs=1e-4)


@pytest.mark.parametrize("nothing", ["None", "{}", '{"answer": None, "confidence": 1}', '""'])
def test_an_empty_answer_is_no_proposal(tmp_path: Path, nothing: str) -> None:
    assert isinstance(said(tmp_path, f"return {nothing}"), NoProposal)


def test_a_case_of_a_megabyte_comes_back_whole(tmp_path: Path) -> None:
    large = TextContent(text="x" * 1_000_000)
    proposal = said(tmp_path, 'return {"answer": str(len(content["text"])), "confidence": 1}', large)
    assert isinstance(proposal, Proposal)
    assert proposal.answer == Choice(value="1000000")
