"""python -m grader, depuis ce dépôt ; python CHEMIN/grader, depuis n'importe quel dossier."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 (à dire avant que rien ne s'y lise)
    sys.exit("Le correcteur a besoin de Python 3.11 ou plus récent.")


def only_ours() -> None:
    """Ne rien importer du dossier où l'on se trouve : celui d'une copie a peut-être son rich.py."""
    own = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120 (pathlib importe trop, trop tôt)
    try:
        strange = {own, os.path.realpath(os.curdir)}
    except OSError:  # un dossier effacé depuis
        strange = {own}
    kept = [place for place in sys.path if place and os.path.realpath(place) not in strange]
    sys.path[:] = [os.path.dirname(own), *kept]  # noqa: PTH120


if __name__ == "__main__":
    only_ours()

    from grader.command.cli import main
    from grader.command.process import as_process

    sys.exit(as_process(main))
