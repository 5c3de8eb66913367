"""Prend des pseudo-terminaux, que la machine entière se partage."""

import os

from tools import attempt, behave

for path in ("/dev/ptmx", "/dev/pts/ptmx"):
    with attempt("un pseudo-terminal"):
        os.open(path, os.O_RDWR | os.O_NOCTTY)
behave()
