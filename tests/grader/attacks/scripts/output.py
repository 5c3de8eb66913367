"""Inonde son terminal."""

import os
import sys

from tools import behave, orders, succeeded

FLOODS = {
    "une ligne sans fin": "a",
    "des lignes vides": "\n",
    "des accents empilés": "\u0301\u0323",
    "des écrans remplis": "\x1b#8",
    "des insertions": "\x1b[4h\x1b[60Labc",
    "un titre sans fin": "\x1b]0;titre",
    "des octets": "\udcff\udc80\udc1b",
}
flood = FLOODS[orders["sorte"]].encode("utf-8", "surrogatepass")
chunk = flood * (4096 // len(flood))
written = 0
while written < int(orders["octets"]):
    written += os.write(sys.stdout.fileno(), chunk)
print()
succeeded("tout est écrit")
behave()
