"""Le serveur du chat.

Usage : python bonus/server.py [-a HÔTE] [-p PORT]      (--help pour le reste)
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from chatroom.common.groups import needing
from chatroom.protocol import ChatError
from chatroom.server.operation.settings import ServerSettings, load_server
from chatroom.server.operation.upkeep import upkeep

from wording.harmless import neutral  # après chatroom, qui dit où il est


def main() -> int:
    try:
        settings = load()
        if settings.make_cert:
            with needing("server"):
                from chatroom.server.operation.certifying import make_cert  # noqa: PLC0415 (long)
            for line in make_cert(settings, sys.argv):
                print(line)
            return 0
        if settings.task:
            return write(upkeep(settings.data, *settings.task))
        with needing("server"):
            from chatroom.server.operation.serving import run  # noqa: PLC0415
        run(settings, load)
    except ChatError as error:
        print(neutral(str(error)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def load() -> ServerSettings:
    return load_server(sys.argv[1:], os.environ, Path(__file__).with_name("chat.conf"))


def write(parts: Iterable[str]) -> int:
    try:
        for part in parts:
            sys.stdout.write(part)
        sys.stdout.flush()
    except ChatError:
        sys.stdout.flush()  # ce qui précède la raison se lit avant elle
        raise
    except BrokenPipeError:  # « | head » en a assez
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
