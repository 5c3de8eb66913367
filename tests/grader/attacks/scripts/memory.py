"""Prend toute la mémoire qu'on lui laisse, seul ou avec des enfants, et la garde."""

import os
import time

from tools import behave, orders, succeeded

BLOCK = 10_000_000  # octets
kept = []


def fill(size: int) -> None:
    for _ in range(size // BLOCK):
        kept.append(b"x" * BLOCK)


if "mots" in orders:  # de quoi retenir celui qui les lit
    print("occupé", flush=True)
children, size = int(orders["enfants"]), int(orders["octets"])
for _ in range(children):
    if os.fork() == 0:
        fill(size)
        time.sleep(60)
if not children:
    fill(size)
time.sleep(1.5)  # assez pour être vu, même sur une machine occupée
succeeded("autant de mémoire que voulu")
behave()
