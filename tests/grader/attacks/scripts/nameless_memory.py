"""Remplit de la mémoire partagée et sans nom, puis la rend : elle reste, et n'est plus à personne."""

import mmap

from tools import attempt, behave, orders

SIZE = int(orders["octets"])
STEP = 8 << 20


def hide(memory: mmap.mmap) -> None:
    for start in range(0, SIZE, STEP):
        for place in range(start, min(start + STEP, SIZE), mmap.PAGESIZE):
            memory[place] = 1
        memory.madvise(mmap.MADV_DONTNEED, start, min(STEP, SIZE - start))
    if memory[0] != 1:
        raise ValueError("elle n'est plus là")


with attempt("de la mémoire sans nom"):
    hide(mmap.mmap(-1, SIZE))
with attempt("de la mémoire tirée de /dev/zero"):
    with open("/dev/zero", "r+b") as zero:
        hide(mmap.mmap(zero.fileno(), SIZE))
behave()
