"""Where the embedded services keep their data, sockets and secret. Imported by the settings, so it stays light."""

import hashlib
import os
import secrets
import shutil
import stat
from pathlib import Path
from urllib.parse import quote

from yardstick.embedded.errors import EmbeddedError

PROJECT = Path(__file__).resolve().parents[2]  # where the packages lie: a checkout, or an environment's site-packages
_IN_THE_WHEEL = PROJECT / "yardstick" / "project_files"
IS_INSTALLED = _IN_THE_WHEEL.is_dir()
FILES = _IN_THE_WHEEL if IS_INSTALLED else PROJECT  # templates, static files, translations and the demo's data
DATABASE = "yardstick"
POSTGRES_MAJOR = 18
# A unix socket's whole path has at most 107 bytes on Linux and 103 on macOS.
SOCKET_ROOT = Path("/tmp")  # noqa: S108 - the folder below it is private and its owner is checked


def state_folder() -> Path:
    return Path(os.environ.get("YARDSTICK_STATE") or _default_state()).expanduser().resolve()


def _default_state() -> Path:
    return Path("~/.yardstick") if IS_INSTALLED else PROJECT / "var"


def socket_folder() -> Path:
    """A short path that two shells of the same machine derive alike from the state folder."""
    digest = hashlib.sha256(os.fsencode(state_folder())).hexdigest()[:10]
    return SOCKET_ROOT / f"yardstick-{digest}"


def postgres_data() -> Path:
    return state_folder() / f"pg{POSTGRES_MAJOR}"


def postgres_sockets() -> Path:
    return socket_folder() / "pg"


def valkey_data() -> Path:
    return state_folder() / "valkey"


def valkey_socket() -> Path:
    return socket_folder() / "valkey.sock"


def log_folder() -> Path:
    return state_folder() / "log"


def demo_summary() -> Path:
    """What to open, written by ``manage.py seed_demo``."""
    return state_folder() / "demo.txt"


def database_url(database: str = DATABASE) -> str:
    return f"postgres://{DATABASE}@{quote(str(postgres_sockets()), safe='')}/{database}"


def redis_url() -> str:
    """For Celery; redis-py itself wants the same path as ``unix:///...``."""
    return f"redis+socket://{quote(str(valkey_socket()))}"


def llm_port() -> int | None:
    """The port recorded at the last start of the local model."""
    try:
        return int(_llm_port_file().read_text("ascii"))
    except FileNotFoundError:
        return None


def record_llm_port(port: int) -> None:
    _llm_port_file().write_text(str(port), "ascii")


def llm_base_url() -> str:
    """The local model's endpoint; empty while none has been started on this state folder."""
    port = llm_port()
    return f"http://127.0.0.1:{port}/v1" if port else ""


def secret_key() -> str:
    """The signing key of this state folder, made at first use and readable by its owner only."""
    path = state_folder() / "secret_key"
    if not path.exists():
        _create_secret(path)
    return path.read_text("ascii").strip()


def make_folders() -> None:
    for folder in (state_folder(), log_folder(), valkey_data(), state_folder() / "files"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _make_private(socket_folder())


def remove_sockets() -> None:
    """After a clean stop nothing of ours stays outside the state folder."""
    shutil.rmtree(socket_folder(), ignore_errors=True)


def _make_private(folder: Path) -> None:
    folder.mkdir(exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise EmbeddedError(f"{folder} must be a folder that belongs to you and that nobody else may write to.")


def _create_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(secrets.token_urlsafe(64), "ascii")
    try:
        # Two processes may come here at once: the first name wins and both read the same key.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _llm_port_file() -> Path:
    return state_folder() / "llm_port"
