"""What a table was made by: the protocol its words come from and the code that wrote it."""

import importlib.metadata
import tomllib
from pathlib import Path

SCHEMA_VERSION = "1"


PROTOCOL_VERSION = "2"
FIGURES_VERSION = 17  # of reports: raise it when the same data give other figures or drawings, or another shape of them


def _app_version() -> str:
    """Of the checkout, which is not installed under our name, or of the wheel, which is."""
    pyproject = Path(__file__).resolve().parents[2] / "pyproject.toml"
    if not pyproject.exists():
        return importlib.metadata.version("yardstick")
    version: str = tomllib.loads(pyproject.read_text("utf-8"))["project"]["version"]
    return version


APP_VERSION = _app_version()
