"""A folder becomes a template and another folder: byte by byte, never over anything, and without what is one team's own."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.answer import AnswerKind
from licet.core.ids import UseCaseSlug
from licet.core.template import template
from licet.core.template_files import LARGEST, MOST_FILES, NotATemplateError, listing
from licet.core.use_case import NotASlugError
from licet.edge.bad_file import BadFileError, BadFolderError
from licet.edge.folder import UseCaseFile, load_use_case, write_standard, write_use_case
from licet.edge.template_folder import FolderInTheWayError, checked, collect, laid_out, lock_text, read_lock
from tests.edge.templating import made

EFFECT = "effect:\n  webhook:\n    url: https://orders.example.org/licet\n    secret: LICET_SECRET_ORDERS\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A use case's folder as `licet use-case new` makes it, with code and a guideline."""
    found = tmp_path / "mails"
    write_use_case(found, UseCaseFile(slug=UseCaseSlug("mails"), title="Mails to the bank", answer=AnswerKind.CHOICE))
    write_standard(found, template(AnswerKind.CHOICE, target=0.05, confidence=0.95), kind=AnswerKind.CHOICE)
    (found / "system.py").write_bytes(b"def propose(content):\r\n    return 'yes', 0.9\r\n")
    (found / "guideline.md").write_text("# Grüße\n", "utf-8")
    return found


def added(folder: Path, text: str) -> None:
    """Writes more into `use_case.yaml`."""
    file = folder / "use_case.yaml"
    file.write_text(file.read_text("utf-8") + text, "utf-8")


def test_what_is_one_teams_own_and_the_folders_name_stay_at_home(folder: Path) -> None:
    added(folder, f"desk:\n  due_hours: 4.0\n  staffing:\n    hours_a_day: 3.0\n{EFFECT}")
    before = (folder / "use_case.yaml").read_text("utf-8").splitlines()
    found = checked(collect(folder), "mails")
    after = found.files["use_case.yaml"].decode().splitlines()
    gone, put = [one for one in before if one not in after], [one for one in after if one not in before]
    assert gone == ["  staffing:", "    hours_a_day: 3.0", *EFFECT.splitlines()]
    assert [one.split(": ")[1] for one in put] == ["effect. Each team says its own.", "desk.staffing. Each team says its own."][::-1]
    assert "mails" not in found.files["standard.yaml"].decode()
    assert (folder / "use_case.yaml").read_text("utf-8").splitlines() == before, "the folder itself stays as it is"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("desk:\n  skills:\n    attribute: kind\n    values:\n      a: french\n", "desk"),
        ("desk: {due_hours: 4.0, staffing: {hours_a_day: 3.0}}\n", "desk"),
        ("\ufeff", ""),
        (EFFECT + "# after\n", "effect"),
    ],
)
def test_a_block_is_cut_however_it_is_written(folder: Path, text: str, left: str) -> None:
    file = folder / "use_case.yaml"
    whole = text + file.read_text("utf-8") + (EFFECT if text == "\ufeff" else "")
    file.write_text(whole, "utf-8")
    found = checked(collect(folder), "mails").files["use_case.yaml"].decode()
    assert f"# Left out when this was published: {left}" in found
    assert not [line for line in found.splitlines() if line.startswith(("desk:", "effect:"))]
    assert ("# after" in found) is ("# after" in text)


def test_links_hidden_files_logs_and_large_files_are_listed_and_never_read(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("x", "utf-8")
    (folder / "link.md").symlink_to(outside / "secret.md")
    (folder / "linked").symlink_to(outside)
    os.mkfifo(folder / "pipe.md")
    (folder / ".env").write_text("A=1", "utf-8")
    (folder / "cases").mkdir()
    (folder / "cases" / "one.md").write_text("x", "utf-8")
    (folder / "log.xes").write_text("x", "utf-8")
    (folder / "large.md").write_bytes(b"a" * (LARGEST + 1))
    found = collect(folder)
    assert sorted(found.files) == ["guideline.md", "standard.yaml", "system.py", "use_case.yaml"]
    assert sorted(found.left_out) == [".env", "cases/", "large.md", "link.md", "linked/", "log.xes", "pipe.md"]
    assert all(why.endswith(".") for why in found.left_out.values())


def test_a_folder_with_too_many_files_is_refused(folder: Path) -> None:
    for k in range(MOST_FILES):
        (folder / f"m{k}.py").touch()
    with pytest.raises(NotATemplateError, match=str(MOST_FILES)):
        collect(folder)


def test_what_others_could_not_begin_from_is_not_published(folder: Path) -> None:
    added(folder, "llm:\n  url: https://models.example.org/v1\n  model: m\n  version: '1'\n  prompt: words.txt\n")
    (folder / "words.txt").write_text("Sort it.", "utf-8")
    with pytest.raises(BadFolderError, match=r"^words\.txt: ") as wrong:
        checked(collect(folder), "mails")
    assert "licet-template-" not in str(wrong.value)


NAMES = st.from_regex(r"[a-z]{1,6}(/[a-z]{1,4})?\.(py|md)", fullmatch=True)


@given(files=st.dictionaries(NAMES, st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=30), max_size=5))
def test_what_is_laid_out_is_collected_again_byte_by_byte(tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]) -> None:
    """Breaks when anything on the way translates line ends, encodings or names."""
    place = tmp_path_factory.mktemp("place")
    whole = {path: text.encode() for path, text in files.items()} | {
        "use_case.yaml": b"title: T\nanswer: text\n",
        "standard.yaml": b"method: exact\n",
    }
    if any(f"{other}".startswith(f"{path}/") for path in whole for other in whole):
        return
    one = made(whole)
    with laid_out(place, "post", whole, one) as folder:
        pass
    found = collect(folder)
    assert found.files == whole
    assert list(found.left_out) == ["template.lock"]
    assert read_lock(folder) == (one.name, one.digest)
    assert listing(found.files) == one.listing


def test_nothing_is_overwritten_and_what_was_made_is_taken_away_when_it_is_refused(folder: Path) -> None:
    found = checked(collect(folder), "mails")
    one = made(found.files)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(FolderInTheWayError, match="nothing is overwritten"), laid_out(folder.parent, "mails", found.files, one):
        pass
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    for wrong in ("../post", "Post", ""):
        with pytest.raises(NotASlugError), laid_out(folder.parent, wrong, found.files, one):
            pass
    with pytest.raises(LookupError), laid_out(folder.parent, "post", found.files, one):
        raise LookupError
    assert not (folder.parent / "post").exists()
    with laid_out(folder.parent, "post", found.files, one) as laid:
        assert load_use_case(laid).title == "Mails to the bank"
        assert (laid / "template.lock").read_text("utf-8") == lock_text(one)
    assert (folder.parent / "post" / "system.py").read_bytes() == (folder / "system.py").read_bytes()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"template": 1, "digest": "x"}', "\xff", '{"a": 1, "a": 2}', "[" * 5_000])
def test_a_lock_that_names_nothing_is_an_error_with_a_way_out(folder: Path, text: str) -> None:
    assert read_lock(folder) is None
    (folder / "template.lock").write_bytes(text.encode("latin-1"))
    with pytest.raises(BadFileError, match="Put it back"):
        read_lock(folder)
