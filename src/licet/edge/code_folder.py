"""A use case's own code: the Python files in its folder, named by what they say and run as they were read."""

import hashlib
import importlib.machinery
import importlib.util
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, ModuleType

from licet.core.system import SystemNotLoadableError
from licet.edge.aside import aside

SYSTEM_FILE = "system.py"
EFFECT_FILE = "effect.py"
JUDGE_FILE = "judge.py"
GRADER_FILE = "grader.py"
RULES_FILE = "rules.py"

_LOADING = threading.RLock()


class NotLoadableError(SystemNotLoadableError):
    """A use case's own code cannot be loaded. `line` is None where the whole file is meant."""

    def __init__(self, path: Path, line: int | None, why: str) -> None:
        """Names the file, the line, what is wrong, and what to do."""
        self.path, self.line, self.why = path, line, why
        place = f"{path}" if line is None else f"{path}:{line}"
        super().__init__(f"{place}: {why} Correct it, then run `licet check`.")


def code_digests(folder: Path, also: Sequence[str] = (), *, named_in: str = SYSTEM_FILE) -> Mapping[str, str]:
    """Names every Python file in a folder, and any further file asked for, by its SHA-256.

    Args:
        folder: the use case's folder; hidden folders and `__pycache__` are left out.
        also: further files, relative to the folder, that answers depend on.
        named_in: the file of the folder whose `SYSTEM`, or whatever its own name in capitals is, names them.

    Returns:
        Hex digests by path relative to the folder, with forward slashes, sorted.

    Raises:
        NotLoadableError: when a further file is not there or not inside the folder.
    """
    files = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*.py") if _is_code(file.relative_to(folder))}
    for name in also:
        file = folder / name
        if not file.is_file() or not file.resolve().is_relative_to(folder.resolve()):
            about = Path(named_in).stem.upper()
            raise NotLoadableError(folder / named_in, None, f"{about}['files'] names {name!r}, which is no file in this folder.")
        files[Path(name).as_posix()] = file
    return {name: hashlib.sha256(files[name].read_bytes()).hexdigest() for name in sorted(files)}


def load_module(folder: Path, file: str = SYSTEM_FILE) -> ModuleType:
    """Runs a Python file of a folder, usually its `system.py`, as a module of its own.

    It may import the other Python files of its folder, at its top. Nothing it imports from there stays in `sys.modules`, so use cases do
    not meet each other's files; nothing is written beside them, and nothing stale is read. What it prints goes to stderr.

    Args:
        folder: holds the file.
        file: its name.

    Returns:
        The module.

    Raises:
        NotLoadableError: names the file and line, whatever went wrong.
    """
    path = folder / file
    name = f"licet_{path.stem}_{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"
    spec = importlib.util.spec_from_file_location(name, path, loader=_Uncached(name, str(path)))
    if spec is None or spec.loader is None:
        raise NotLoadableError(path, None, "this is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    with _LOADING, _own_imports(folder), aside(), _told(path):
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return module


def run_alone(path: Path, raw: bytes) -> ModuleType:
    """Runs code that was read from a file, exactly as it was read, as a module of its own that finds none of its folder's other files.

    Raises:
        NotLoadableError: names the file and line, whatever went wrong.
    """
    name = f"licet_{path.stem}_{hashlib.sha256(str(path).encode() + raw).hexdigest()[:16]}"
    module = ModuleType(name)
    module.__file__ = str(path)
    with aside(), _told(path):
        sys.modules[name] = module
        exec(compile(raw, str(path), "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - the use case's own code
    return module


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Says of whatever code raises while it is loaded where that was."""
    try:
        yield
    except SyntaxError as error:
        raise NotLoadableError(Path(error.filename or path), error.lineno, f"{error.msg}.") from error
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread():
            raise  # somebody at the terminal: in another thread only the code itself can have raised it
        raise NotLoadableError(path, line_in(path.parent, error, path.name), f"{type(error).__name__}: {error}.") from error


def line_in(folder: Path, error: BaseException, file: str = SYSTEM_FILE) -> int | None:
    """Finds the last line of a file of the folder, usually its `system.py`, that an error went through; None when there is none."""
    path = str(folder / file)
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return lines[-1] if lines else None


def raised_in(folder: Path, error: BaseException, file: str = SYSTEM_FILE) -> str:
    """Says what failed and where, without the error's own words: they may quote the case."""
    line = line_in(folder, error, file)
    return f"{file if line is None else f'{file}:{line}'} raised {type(error).__name__}."


def _is_code(path: Path) -> bool:
    return not any(part.startswith(".") or part == "__pycache__" for part in path.parts)


class _Uncached(importlib.machinery.SourceFileLoader):
    """Compiles what the file says now: a cached file of the same second and size would be another system under this fingerprint."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class _Finder:
    """Finds modules in one folder, for the thread that loads from it alone: what runs beside it has its own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._thread = str(folder), threading.get_ident()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        del target
        if threading.get_ident() != self._thread:
            return None
        for place in [self._folder] if path is None else [place for place in path if place.startswith(self._folder)]:
            spec = importlib.machinery.FileFinder(place, (_Uncached, [".py"])).find_spec(fullname)
            if spec is not None and spec.loader is not None:
                return spec
        return None


@contextmanager
def _own_imports(folder: Path) -> Iterator[None]:
    finder = _Finder(folder)
    before = set(sys.modules)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in set(sys.modules) - before:
            if isinstance(getattr(sys.modules[name].__spec__, "loader", None), _Uncached):
                del sys.modules[name]
