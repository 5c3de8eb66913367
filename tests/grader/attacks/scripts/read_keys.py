"""Lit les noms du trousseau de clés de la personne : la liste du noyau, si c'est bien elle."""

from pathlib import Path

from tools import behave, succeeded

if Path("/proc/keys").stat().st_dev == Path("/proc/stat").stat().st_dev:
    succeeded("le trousseau se lit")
behave()
