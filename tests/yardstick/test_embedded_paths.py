import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dj_database_url
import pytest

from yardstick.embedded import paths
from yardstick.embedded.errors import EmbeddedError


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / ("a rather long name with spaces " * 4)
    monkeypatch.setenv("YARDSTICK_STATE", str(folder))
    return folder


def test_socket_paths_stay_short_whatever_the_state_folder_is_called() -> None:
    assert len(str(paths.postgres_sockets() / ".s.PGSQL.5432")) <= 103
    assert len(str(paths.valkey_socket())) <= 103


def test_database_url_names_the_socket_folder() -> None:
    parsed = dj_database_url.parse(paths.database_url())
    assert (parsed["HOST"], parsed["NAME"], parsed["USER"]) == (str(paths.postgres_sockets()), "yardstick", "yardstick")


def test_secret_key_is_made_once_and_private(state: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: paths.secret_key(), range(8)))

    assert len(keys) == 1
    assert len(keys.pop()) >= 64
    assert stat.S_IMODE((state / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in state.iterdir()] == ["secret_key"]


def test_secret_key_differs_between_state_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = paths.secret_key()
    monkeypatch.setenv("YARDSTICK_STATE", str(tmp_path / "other"))
    assert paths.secret_key() != first


def test_llm_base_url_is_empty_until_a_port_is_recorded(state: Path) -> None:
    assert paths.llm_base_url() == ""
    state.mkdir()
    paths.record_llm_port(8123)
    assert paths.llm_base_url() == "http://127.0.0.1:8123/v1"


def test_socket_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "SOCKET_ROOT", tmp_path)
    paths.socket_folder().mkdir()
    paths.socket_folder().chmod(0o777)
    with pytest.raises(EmbeddedError, match="nobody else may write"):
        paths.make_folders()


def test_socket_folder_that_is_a_link_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "SOCKET_ROOT", tmp_path)
    paths.socket_folder().symlink_to(tmp_path)
    with pytest.raises(EmbeddedError):
        paths.make_folders()
