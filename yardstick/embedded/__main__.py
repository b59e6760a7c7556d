"""``python -m yardstick.embedded demo`` and ``python -m yardstick.embedded exec -- COMMAND``."""

import argparse
import sys
from pathlib import Path

from yardstick.embedded import demo, execute
from yardstick.embedded.errors import EmbeddedError

ORIGINS = ("unknown", "real", "synthetic", "illustrative")  # conversations.enums.Origin, without loading Django


def main() -> int:
    options = parser().parse_args()
    try:
        return _demo(options) if options.command == "demo" else _exec(options)
    except EmbeddedError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="yardstick", description="Run Yardstick's embedded services.")
    commands = made.add_subparsers(dest="command", required=True)
    _describe_demo(
        commands.add_parser("demo", prog="script/demo", help="everything on this machine, with a demo study")
    )
    _describe_exec(commands.add_parser("exec", help="run a command beside PostgreSQL and Valkey, then stop them"))
    return made


def _describe_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
    parser.add_argument("--reset", action="store_true", help="delete the demo's data first, after asking")
    parser.add_argument("--yes", action="store_true", help="do not ask before --reset deletes")
    parser.add_argument("--from", dest="files", nargs="+", default=[], metavar="FILE", help="seed from these uploads")
    parser.add_argument("--origin", choices=ORIGINS, default="unknown", help="where the files' conversations come from")


def _describe_exec(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ephemeral", action="store_true", help="in a throw-away folder, fast and not durable")
    parser.add_argument("--llm", action="store_true", help="start the local model too")
    parser.add_argument("arguments", nargs="+", metavar="COMMAND", help="after --, the command and its arguments")


def _demo(options: argparse.Namespace) -> int:
    files = [str(Path(name).resolve()) for name in options.files]
    if missing := [name for name in files if not Path(name).is_file()]:
        raise EmbeddedError(f"No such file: {missing[0]}")
    return demo.run(demo.DemoOptions(options.host, options.port, options.reset, options.yes, files, options.origin))


def _exec(options: argparse.Namespace) -> int:
    return execute.run(options.arguments, ephemeral=options.ephemeral, with_llm=options.llm)


if __name__ == "__main__":
    raise SystemExit(main())
