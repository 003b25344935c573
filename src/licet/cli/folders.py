"""Folders of use cases, as commands make and move them: nothing is left behind when the act itself is refused."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from licet.core.answer import AnswerKind
from licet.core.standard import Standard
from licet.core.use_case import slug as read_slug
from licet.edge.folder import STANDARD_FILE, USE_CASE_FILE, UseCaseFile, load_standard, load_use_case, write_standard, write_use_case


class FolderInTheWayError(ValueError):
    """There is a folder already where one is to be made, or it says something else."""


@contextmanager
def folder_for(
    place: Path, name: str, *, title: str | None, answer: str | None, standard: Callable[[AnswerKind], Standard]
) -> Iterator[tuple[Path, UseCaseFile]]:
    """Makes a use case's folder, or reads the one that is there; what was made is taken away when the block raises.

    Args:
        place: the folder of all use cases.
        name: the use case's name.
        title: in words; None: what the folder says, else the name.
        answer: kind of answer; None: what the folder says, else choice.
        standard: makes what is written where the folder has none, by the kind of its answers.

    Raises:
        NotASlugError: when the name cannot be one.
        BadFolderError: when files that are there cannot be read, or the title cannot be one.
        FolderInTheWayError: when the folder says another kind of answer than was asked for.
        NotAStandardError: when no standard of that kind can be made.
    """
    slug = read_slug(name)
    folder = place / slug
    there = folder.exists()
    made: list[Path] = []
    try:
        if not (folder / USE_CASE_FILE).exists():
            made.append(write_use_case(folder, UseCaseFile(slug=slug, title=title or slug, answer=AnswerKind(answer or "choice"))))
        told = _agreeing(load_use_case(folder), folder, answer)
        if not (folder / STANDARD_FILE).exists():
            made.append(write_standard(folder, standard(told.answer), kind=told.answer))
        load_standard(folder)
        yield folder, told
    except BaseException:
        for file in made:
            file.unlink(missing_ok=True)
        if not there:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _agreeing(told: UseCaseFile, folder: Path, answer: str | None) -> UseCaseFile:
    if answer in {None, told.answer.value}:
        return told
    raise FolderInTheWayError(f"{str(folder / USE_CASE_FILE)!r} says answer {told.answer.value!r}, not {answer!r}. Make both the same.")


def free_name(folder: Path, name: str) -> Path:
    """Where a use case's folder goes when it is renamed.

    Raises:
        NotASlugError: when the name cannot be one.
        FolderInTheWayError: when there is something already.
    """
    renamed = folder.with_name(read_slug(name))
    if renamed.exists():
        message = f"There is a folder {str(renamed)!r} already. Move it away, or choose another name; nothing was changed."
        raise FolderInTheWayError(message)
    return renamed
