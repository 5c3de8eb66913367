"""Veut passer avant le correcteur."""

import os

from tools import behave, succeeded

if os.nice(0) < 5:
    succeeded("aussi pressé que le correcteur")
behave()
