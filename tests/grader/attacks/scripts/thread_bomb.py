"""Une bombe à fils."""

import os
import threading

from tools import behave, orders, succeeded

wanted = int(orders["processes"])
never = threading.Event()
try:
    for _ in range(wanted):
        threading.Thread(target=never.wait, daemon=True).start()
    succeeded("autant de fils que voulu")
except RuntimeError:
    pass
behave()
os._exit(0)
