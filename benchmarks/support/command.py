"""Une mesure, de la ligne de commande à son code de sortie."""

import json
import signal
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.support.servers import BenchError
from wording.arguments import Parser

Document = dict[str, Any]


def run(parser: Parser, measure: Callable[[Namespace], tuple[Document, bool]]) -> int:
    """Mesure, et écrit les chiffres si --json le demande ; 1 si l'objectif est manqué.

    `measure` rend ses chiffres, et si l'objectif est tenu.
    """
    parser.options.add_argument("--json", type=Path, metavar="FICHIER", help="écrit les chiffres")
    options = parser.parse_args()
    # Qu'on la tue ou qu'on ferme son terminal, elle arrête ses serveurs, comme avec Ctrl-C.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ending) is not signal.SIG_IGN:  # nohup
            signal.signal(ending, signal.default_int_handler)
    try:
        figures, held = measure(options)
        if options.json:
            options.json.write_text(json.dumps({"version": 1} | figures, indent=2), "utf-8")
    except KeyboardInterrupt:
        return 130
    except (BenchError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if held else 1
