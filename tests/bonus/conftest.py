"""Hypothesis tire toujours les mêmes exemples, et ne laisse rien derrière lui."""

import atexit
import shutil
import tempfile

from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

settings.register_profile("chat", derandomize=True, database=None, deadline=None, max_examples=60)
settings.load_profile("chat")
# Il garderait ses tables Unicode dans un dossier « .hypothesis » du projet.
HOME = tempfile.mkdtemp(prefix="tp6-hypothesis-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
set_hypothesis_home_dir(HOME)
