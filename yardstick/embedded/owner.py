"""As whom to run PostgreSQL, which refuses to run as root.

An ordinary user runs it as itself. Root enters a user namespace in which it is somebody else: files stay root's and no
folder has to be opened to others. Where a container forbids that, root falls back to the user "nobody".
"""

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from yardstick.embedded.errors import EmbeddedError

_NOBODY_IN_NAMESPACE = 65534


class Credentials(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Owner:
    uid: int | None = None
    gid: int | None = None
    namespace: bool = False

    def enter(self) -> None:
        """Runs between fork and exec."""
        if self.namespace:
            _enter_namespace()

    def credentials(self) -> Credentials:
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def take(self, folder: Path) -> None:
        """Create the folder, private to whoever will use it."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.uid is not None and self.gid is not None and folder.stat().st_uid != self.uid:
            os.chown(folder, self.uid, self.gid)

    def can_run(self, program: Path) -> bool:
        return self._succeeds([str(program), "--version"])

    def can_use(self, folder: Path) -> bool:
        return self._succeeds(["test", "-w", str(folder)])

    def _succeeds(self, command: list[str]) -> bool:
        try:
            done = subprocess.run(
                command, capture_output=True, check=False, cwd="/", preexec_fn=self.enter, **self.credentials()
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return done.returncode == 0


def choose(data: Path) -> Owner:
    """The owner of an existing data folder decides; a new one belongs to us where the system allows it."""
    if os.geteuid() != 0:
        return Owner()
    if data.exists() and data.stat().st_uid != 0:
        found = data.stat()
        return Owner(found.st_uid, found.st_gid)
    namespace = Owner(namespace=True)
    if namespace_is_allowed():
        return namespace
    if data.exists() and any(data.iterdir()):
        raise EmbeddedError(
            f"{data} belongs to root and this system forbids user namespaces. "
            f"Run as an ordinary user, or hand the folder to one: chown -R nobody {data}"
        )
    nobody = pwd.getpwnam("nobody")
    return Owner(nobody.pw_uid, nobody.pw_gid)


def namespace_is_allowed() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    return Owner(namespace=True).can_use(Path("/dev/null"))


def program_folder(owner: Owner, installed: Path, copy: Path) -> Path:
    """The folder of the binaries, copied where the owner can reach them if they are in a closed home folder."""
    if owner.uid is None or owner.can_run(installed / "bin" / "postgres"):
        return installed
    if not (copy / "bin" / "postgres").exists():
        shutil.copytree(installed, copy, symlinks=True, dirs_exist_ok=True)
        copy.chmod(0o755)
    if not owner.can_run(copy / "bin" / "postgres"):
        raise EmbeddedError(
            f"PostgreSQL cannot run as root, and user {owner.uid} cannot reach {copy}. Run as an ordinary user, or set "
            "YARDSTICK_STATE to a folder that everybody may enter."
        )
    return copy


def _enter_namespace() -> None:
    os.unshare(os.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny", "ascii")
    Path("/proc/self/uid_map").write_text(f"{_NOBODY_IN_NAMESPACE} 0 1", "ascii")
    Path("/proc/self/gid_map").write_text(f"{_NOBODY_IN_NAMESPACE} 0 1", "ascii")
