"""A use case's folder: what is decided in `use_case.yaml`, what good means in `standard.yaml`, and the AI itself in `system.py`."""

import hashlib
import symtable
import warnings
from collections.abc import Callable
from dataclasses import replace
from importlib.util import decode_source
from pathlib import Path
from typing import TypeVar

from licet.core.answer import AnswerKind
from licet.core.effect import Way
from licet.core.grading import WORDS
from licet.core.grading_form import TAKES
from licet.core.ids import UseCaseSlug
from licet.core.own_grader import OwnGrader
from licet.core.standard import Standard
from licet.core.use_case import NotASlugError, slug
from licet.edge.bad_file import BadFolderError, Finding, shown
from licet.edge.code_folder import EFFECT_FILE, GRADER_FILE, JUDGE_FILE, SYSTEM_FILE
from licet.edge.form import nearest
from licet.edge.forms import USE_CASE_TEXT, SystemChoice, UseCaseFile, use_case_from
from licet.edge.guideline import load_guideline
from licet.edge.llm_folder import load_step
from licet.edge.redesign_form import REDESIGN_FILE, load_redesign
from licet.edge.standard_form import STANDARD_TEXT, standard_from
from licet.edge.whole import SHARED, written_whole
from licet.edge.yaml_text import standard_yaml, use_case_yaml
from licet.edge.yaml_tree import Tree, read_tree, tree_of

__all__ = [
    "BadFolderError",
    "Finding",
    "SystemChoice",
    "UseCaseFile",
    "check_folder",
    "load_standard",
    "load_use_case",
    "write_standard",
    "write_use_case",
]

USE_CASE_FILE = "use_case.yaml"
STANDARD_FILE = "standard.yaml"
ENTRIES = frozenset({"propose", "propose_many"})
"""What a `system.py` must define, one of them at least."""

T = TypeVar("T")


def load_use_case(folder: Path) -> UseCaseFile:
    """Reads `use_case.yaml`; the folder's own name is the use case's.

    Raises:
        BadFolderError: with all that is wrong.
    """
    return use_case_from(read_tree(folder / USE_CASE_FILE, USE_CASE_TEXT), _slug(folder))


def load_standard(folder: Path) -> Standard:
    """Reads `standard.yaml`; keys left out take their defaults. What it returns can be locked.

    Where it says `grader: python`, the code of `grader.py` is part of what it says, by its digest; nothing of it is run.

    Raises:
        BadFolderError: with all that is wrong, each with its line.
    """
    tree = read_tree(folder / STANDARD_FILE, STANDARD_TEXT)
    return _with_grader(folder, tree, standard_from(tree))


def write_use_case(folder: Path, use_case: UseCaseFile, *, overwrite: bool = False) -> Path:
    """Writes `use_case.yaml` with comments, so that it reads back equal; makes the folder where there is none.

    Returns:
        The file written.

    Raises:
        BadFolderError: when the file is there already and may not be overwritten, when it cannot be written, when the folder
            has another name, or when the value could not be read back.
    """
    if _slug(folder) != use_case.slug:
        why = f"the folder's name is not the use case's, {use_case.slug!r}."
        raise BadFolderError((_finding(folder, None, why, "Name the folder as the use case."),))
    text = use_case_yaml(use_case)
    file = folder / USE_CASE_FILE
    use_case_from(tree_of(str(file), text, USE_CASE_TEXT), use_case.slug)
    return _write(file, text, overwrite=overwrite)


def write_standard(folder: Path, standard: Standard, *, overwrite: bool = False, kind: AnswerKind | None = None, about: str = "") -> Path:
    """Writes `standard.yaml` with comments, so that it reads back equal; makes the folder where there is none.

    Args:
        folder: the use case's.
        standard: what is written.
        overwrite: whether a file that is there may be.
        kind: of the use case's answers, which the comments explain then.
        about: what is decided, in one line, for a comment.

    Returns:
        The file written.

    Raises:
        BadFolderError: as `write_use_case`, and when the standard could not be locked.
    """
    text = standard_yaml(standard, _slug(folder), kind, about)
    file = folder / STANDARD_FILE
    standard_from(tree_of(str(file), text, STANDARD_TEXT))
    return _write(file, text, overwrite=overwrite)


def check_folder(folder: Path) -> tuple[Finding, ...]:
    """Looks for all that is wrong in a use case's folder, without running anything in it.

    Returns:
        Findings file by file; empty when it is sound.
    """
    if not folder.is_dir():
        return (_finding(folder, None, "there is no such folder.", "Make it with `licet use-case new`."),)
    _, wrong_name = _tried(lambda: _slug(folder))
    _, wrong_guideline = _tried(lambda: load_guideline(folder))
    use_case, wrong_use_case = _tried(lambda: use_case_from(read_tree(folder / USE_CASE_FILE, USE_CASE_TEXT), UseCaseSlug(folder.name)))
    tree, wrong_file = _tried(lambda: read_tree(folder / STANDARD_FILE, STANDARD_TEXT))
    standard, wrong_standard = (None, ()) if tree is None else _tried(lambda: standard_from(tree))
    unknown = () if use_case is None or tree is None or standard is None else _unfitting(use_case, tree, standard)
    code = (
        *_check_system(folder, use_case),
        *_check_llm(folder, use_case),
        *_check_effect(folder, use_case),
        *_check_judge(folder),
        *_check_grader(folder, standard),
    )
    _, wrong_redesign = _tried(lambda: load_redesign(folder) if (folder / REDESIGN_FILE).exists() else None)
    return (*wrong_name, *wrong_guideline, *wrong_use_case, *wrong_file, *wrong_standard, *unknown, *code, *wrong_redesign)


def _with_grader(folder: Path, tree: Tree, standard: Standard) -> Standard:
    """The standard with the digest of its own grader's code, where it names one; `BadFolderError` where the code is not there."""
    if not isinstance(standard.grading, OwnGrader):
        return standard
    try:
        raw = (folder / GRADER_FILE).read_bytes()
    except OSError as error:
        why = f"{GRADER_FILE} cannot be read: {error.strerror}."
        remedy = f"Write it beside with a function {standard.grading.function}(given, right)."
        raise BadFolderError((tree.finding(("grading",), why, remedy),)) from None
    return replace(standard, grading=replace(standard.grading, code=hashlib.sha256(raw).hexdigest()))


def _tried(step: Callable[[], T]) -> tuple[T | None, tuple[Finding, ...]]:
    try:
        return step(), ()
    except BadFolderError as error:
        return None, error.findings


def _slug(folder: Path) -> UseCaseSlug:
    try:
        return slug(folder.resolve().name)
    except NotASlugError as error:
        raise BadFolderError((_finding(folder, None, str(error), "Rename the folder."),)) from None


def _finding(file: Path, line: int | None, why: str, remedy: str) -> Finding:
    return Finding(file=str(file), line=line, why=why, remedy=remedy)


def _write(file: Path, text: str, *, overwrite: bool) -> Path:
    if file.exists() and not overwrite:
        raise BadFolderError((_finding(file, None, "it is there already.", "Edit it, or remove it first."),))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(file, SHARED) as stream:
            stream.write(text)
    except OSError as error:
        remedy = "Check that the folder has space and may be written to."
        raise BadFolderError((_finding(file, None, f"it cannot be written: {error.strerror}.", remedy),)) from None
    return file


def _unfitting(use_case: UseCaseFile, tree: Tree, standard: Standard) -> tuple[Finding, ...]:
    """What is in order by itself, and not for this kind of answer: a grader for another one would find every answer wrong."""
    if use_case.answer in TAKES[type(standard.grading)]:
        return _unknown_answers(use_case, tree)
    fit = sorted(WORDS[grader] for grader, kinds in TAKES.items() if use_case.answer in kinds)
    why = f"the grader {WORDS[type(standard.grading)]!r} is not for answers of the kind {use_case.answer.value!r}."
    return (tree.finding(("grading",), why, f"Write one of {', '.join(fit)}."), *_unknown_answers(use_case, tree))


def _unknown_answers(use_case: UseCaseFile, tree: Tree) -> tuple[Finding, ...]:
    """A never-alone answer that is misspelt would protect nobody: each must be in the closed list, where there is one."""
    if use_case.answer is not AnswerKind.CHOICE or not use_case.answers:
        return ()
    known = frozenset(use_case.answers)
    named = (*tree.entries("high_stakes"), *tree.entries("never_alone", "answers"))
    return tuple(
        tree.finding(place, f"{shown(word)} is not one of the answers in {USE_CASE_FILE}.", nearest(str(word), known))
        for place, word in named
        if word not in known
    )


def _check_system(folder: Path, use_case: UseCaseFile | None) -> tuple[Finding, ...]:
    file = folder / SYSTEM_FILE
    if not file.exists():
        if use_case is None or use_case.system != "callable":
            return ()
        why = f"there is no such file, and {USE_CASE_FILE} says `system: callable`."
        return (_finding(file, None, why, "Write it with a function `propose(content)`, or name another system."),)
    names = _names_defined(file)
    if isinstance(names, Finding):
        return (names,)
    if names & ENTRIES:
        return ()
    remedy = "Define `propose(content)`, which returns answer and confidence."
    return (_finding(file, None, "it defines neither `propose` nor `propose_many`.", remedy),)


def _check_llm(folder: Path, use_case: UseCaseFile | None) -> tuple[Finding, ...]:
    return () if use_case is None else _tried(lambda: load_step(folder, use_case))[1]


def _check_effect(folder: Path, use_case: UseCaseFile | None) -> tuple[Finding, ...]:
    if use_case is None or use_case.effect is None or use_case.effect.way is not Way.CALLABLE:
        return ()
    file = folder / EFFECT_FILE
    if not file.exists():
        why = f"there is no such file, and {USE_CASE_FILE} says `effect: callable`."
        return (_finding(file, None, why, "Write it with a function `effect(decision)`, or take the effect out."),)
    names = _names_defined(file)
    if isinstance(names, Finding):
        return (names,)
    return () if "effect" in names else (_finding(file, None, "it does not define `effect`.", "Define `effect(decision)`."),)


def _check_judge(folder: Path) -> tuple[Finding, ...]:
    file = folder / JUDGE_FILE
    names = _names_defined(file) if file.exists() else frozenset({"judge"})
    if isinstance(names, Finding):
        return (names,)
    return () if "judge" in names else (_finding(file, None, "it does not define `judge`.", "Define `judge(case, answer)`."),)


def _check_grader(folder: Path, standard: Standard | None) -> tuple[Finding, ...]:
    if standard is None or not isinstance(standard.grading, OwnGrader):
        return ()
    file, function = folder / GRADER_FILE, standard.grading.function
    if not file.exists():
        why = f"there is no such file, and {STANDARD_FILE} says `grader: python`."
        return (_finding(file, None, why, f"Write it with a function `{function}(given, right)`, or name another grader."),)
    names = _names_defined(file)
    if isinstance(names, Finding):
        return (names,)
    return () if function in names else (_finding(file, None, f"it does not define `{function}`.", f"Define `{function}(given, right)`."),)


def _names_defined(file: Path) -> frozenset[str] | Finding:
    """Names that a module defines or imports. It is compiled and not run: nothing in it happens."""
    try:
        source = file.read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, str(file), "exec", dont_inherit=True)
            symbols = symtable.symtable(decode_source(source), str(file), "exec").get_symbols()
    except OSError as error:
        return _finding(file, None, f"it cannot be read: {error.strerror}.", "Make it a file that may be read.")
    except SyntaxError as error:
        return _finding(file, error.lineno, f"this is not Python: {error.msg}.", "Correct the line.")
    except (ValueError, RecursionError, MemoryError) as error:  # NUL bytes; nested beyond what the parser can hold
        return _finding(file, None, f"this is not Python: {error}.", "Correct it.")
    return frozenset(symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported())
