"""Policy files: an organisation's own policies as one text, and its own cases."""

from pathlib import Path

from licet.core.rules import LONGEST_RULES, NotRulesError


def policy_text(folder: Path) -> str:
    """All `*.cedar` files of a folder, in the order of their names, each under its name; empty where there are none.

    Raises:
        NotRulesError: when a file cannot be read as text, or all are too long.
    """
    parts = [f"// {path.name}\n{_read(path).rstrip()}\n" for path in sorted(folder.glob("*.cedar"))]
    text = "\n".join(parts)
    if len(text) > LONGEST_RULES:
        raise NotRulesError(f"The policies in {str(folder)!r} have {len(text):,} characters; there may be {LONGEST_RULES:,} at most.")
    return text


def case_files(folder: Path) -> list[Path]:
    """The organisation's own cases: `tests/*.yaml` beside its policies."""
    return sorted((folder / "tests").glob("*.yaml"))


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise NotRulesError(f"{str(path)!r} is not UTF-8. Save it as UTF-8.") from None
