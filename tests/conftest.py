"""What holds in every test: sockets beyond this machine are closed, in the test and in the processes it starts."""

import os
from pathlib import Path

from tests.guard import sitecustomize

ROOT = Path(__file__).resolve().parent.parent
GUARD = Path(sitecustomize.__file__).parent
PATHS = [str(GUARD), str(ROOT / "src"), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]

os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(PATHS))
