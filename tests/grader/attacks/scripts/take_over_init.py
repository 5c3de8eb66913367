"""Veut réécrire la mémoire du processus 1 de sa cellule, pour y courir sans limite."""

from pathlib import Path

from tools import attempt, behave

with attempt("le processus 1 est à elle"):
    place = int(Path("/proc/1/syscall").read_text("ascii").split()[-1], 16)
    with open("/proc/1/mem", "r+b", 0) as memory:
        memory.seek(place)
        same = memory.read(1)
        memory.seek(place)
        memory.write(same)
behave()
