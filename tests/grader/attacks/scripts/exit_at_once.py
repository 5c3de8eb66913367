"""Sort sans rien faire, et dit que tout va bien."""

import os

os._exit(0)
