"""What does not belong in a repository is not in it: other people's hosts and paths, data, copied or minified code."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fences.tools import ROOT

# Written in pieces, so that this file does not hold what it looks for.
HOSTS = [f"{name}.{end}" for name, end in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("jsdelivr", "net"))]
WRONG = {
    "a package registry's host": re.compile("|".join(map(re.escape, HOSTS))),
    "a path of somebody's machine": re.compile(r"(?<![\w.~-])/(?:home|root|wor[k]|Users|opt)/\w"),
    "a folder outside the repository": re.compile(r"\.\./" + "shared"),
}
DATA = {".csv", ".jsonl", ".parquet", ".npz", ".npy", ".pkl", ".pickle", ".joblib", ".onnx", ".zip", ".gz", ".sqlite", ".db", ".xes"}
PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico"}
LONGEST_LINE = 1000
LARGEST = 300_000
LARGEST_LOCK = 500_000
"""Of a lock: it holds a line for each file that might be installed, and says nothing else."""


def tracked() -> list[Path]:
    """The files that are, or are about to be, in the repository; the test is skipped where it is no clone."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git clone: there is no list of files to look through")
    listed = subprocess.run([git, "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return sorted(path for path in paths if path.is_file())


def wrong_in(text: str) -> list[str]:
    """What of all that should not be there a text holds."""
    return [f"{what}: {found.group()!r}" for what, pattern in WRONG.items() if (found := pattern.search(text))]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every text of the repository, by its path."""
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in tracked() if path.suffix not in PICTURES}


def test_no_host_of_a_registry_and_no_path_of_a_machine_is_named(texts: dict[str, str]) -> None:
    assert not {path: found for path, text in texts.items() if (found := wrong_in(text))}


def test_locks_hold_hashes_and_no_address(texts: dict[str, str]) -> None:
    locks = [path for path in texts if path.endswith(".lock")]
    assert {"requirements.lock", "requirements-build.lock"} <= set(locks)
    for lock in locks:
        assert "://" not in texts[lock], lock
        options = [line.strip() for line in texts[lock].splitlines() if line.lstrip().startswith("--")]
        assert not [option for option in options if not option.startswith("--hash=sha256:")]
        pins = re.split(r"^(?=[A-Za-z])", texts[lock], flags=re.MULTILINE)
        assert not [pin.split()[0] for pin in pins if re.match(r"[A-Za-z]", pin) and "--hash=sha256:" not in pin]


def test_no_data_set_and_no_large_file_is_in_the_repository() -> None:
    limit = {True: LARGEST_LOCK, False: LARGEST}
    assert not [path.name for path in tracked() if path.suffix in DATA or path.stat().st_size > limit[path.suffix == ".lock"]]


def test_nothing_is_minified_or_copied_from_elsewhere(texts: dict[str, str]) -> None:
    assert not [path for path, text in texts.items() if ".min." in path or max(map(len, text.splitlines()), default=0) > LONGEST_LINE]
    assert not [path for path in texts if {"vendor", "vendored", "third_party", "node_modules"} & set(Path(path).parts)]


@pytest.mark.parametrize(
    "text",
    [
        "--index-url https://" + HOSTS[0] + "/simple",
        "see /" + "home/ann/licet",
        "cd /" + "work/main",
        'open("/' + 'root/x")',
        "read ../" + "shared/PRODUCT.md",
    ],
)
def test_each_of_these_would_be_found(text: str) -> None:
    assert wrong_in(text)


@pytest.mark.parametrize("text", ["docs/work/plan.md", "https://example.org/home/x", "#!/usr/bin/env bash", "./root/x", "~/home/x"])
def test_what_only_looks_alike_is_let_pass(text: str) -> None:
    assert not wrong_in(text)
