"""Runs every study at full size: the simulations behind the figures that the documentation states."""

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent


def run(script: Path) -> bool:
    """Runs one study as a process of its own; a study that lacks its data says so itself and ends well."""
    print(f"== {script.stem}", flush=True)
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-m", f"{script.parent.name}.{script.stem}"], cwd=script.parent.parent, check=False)  # noqa: S603 - our own file
    print(f"== {script.stem}: {'done' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s\n", flush=True)
    return done.returncode == 0


def main(argv: list[str] | None = None) -> int:
    """Runs the studies named, or all of them; 1 where one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="names of studies, such as stats_coverage; all where none is given")
    wanted = parser.parse_args(argv).only
    scripts = [script for script in sorted(HERE.glob("*.py")) if script.stem not in {"run", "__init__"} and not script.stem.startswith("_")]
    unknown = set(wanted) - {script.stem for script in scripts}
    if unknown:
        parser.error(f"no study {sorted(unknown)!r}; there are {[script.stem for script in scripts]!r}")
    results = [run(script) for script in scripts if not wanted or script.stem in wanted]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
