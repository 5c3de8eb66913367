"""Le client du chat : plein écran, ou en lignes.

Usage : python bonus/client.py [-a HÔTE] [-p PORT] [--pseudo PSEUDO] [--room SALON]
        printf 'bonjour\\n/quit\\n' | python bonus/client.py --pseudo alice --room salon
"""

import os
import sys
from pathlib import Path

from chatroom.client.settings import load_client
from chatroom.client.start import run
from chatroom.protocol import ChatError

from wording.harmless import neutral  # après chatroom, qui dit où il est


def main() -> int:
    try:
        return run(load_client(sys.argv[1:], os.environ, Path(__file__).with_name("chat.conf")))
    except ChatError as error:
        print(neutral(str(error)), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
