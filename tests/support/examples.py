"""Hypothesis tire toujours les mêmes exemples, et range ce qu'il garde avec pytest."""

from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

from tests.support.processes import ROOT

settings.register_profile("chat", derandomize=True, database=None, deadline=None, max_examples=60)
settings.load_profile("chat")
# Ses tables Unicode, et les constantes qu'il lit dans chaque module, une fois pour toutes ; sans un
# dossier « .hypothesis » de plus dans le projet.
set_hypothesis_home_dir(ROOT / ".pytest_cache/hypothesis")
