"""Les exemples tirés au sort sont toujours les mêmes."""

import tests.support.examples  # noqa: F401 (il suffit de l'importer)
