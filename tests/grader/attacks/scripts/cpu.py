"""Brûle le processeur, avec des enfants qui continuent."""

import os
import time

from tools import behave, orders, succeeded

for _ in range(int(orders["enfants"])):
    if os.fork() == 0:
        while True:
            pass
limit = time.process_time() + float(orders["secondes"])
while time.process_time() < limit:
    pass
if orders["secondes"]:
    succeeded("assez de temps de calcul")
behave()
