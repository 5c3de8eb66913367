"""python -m grader, depuis ce dépôt ; python CHEMIN/grader, depuis n'importe quel dossier.

Installé, `correcteur` appelle `main`, et fait de même.
"""

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


def speak_utf8() -> None:
    """Dans une autre langue, repartir en UTF-8 : une copie y tourne, ses noms et ses textes y sont.

    Ce que nous écrivons reste dans l'encodage du terminal.
    """
    again = ["-X", "utf8"]
    if sys.getfilesystemencoding() == "utf-8" or sys.orig_argv[1:3] == again:
        return
    import locale  # noqa: PLC0415 (ailleurs, personne n'en a l'usage si tôt)

    os.environ.setdefault("PYTHONIOENCODING", locale.getencoding())
    os.execv(sys.executable, [sys.executable, *again, *sys.orig_argv[1:]])


def main() -> int:
    """Exécute la commande ; son code de sortie."""
    speak_utf8()
    only_ours()
    try:
        from grader.command import cli, process  # noqa: PLC0415 (seulement maintenant : les nôtres)
    except KeyboardInterrupt:  # si tôt, il n'y a rien à dire
        return 130

    return process.as_process(cli.main)


if __name__ == "__main__":
    sys.exit(main())
