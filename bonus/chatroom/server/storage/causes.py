"""Ce que SQLite dit d'une base, et ce qu'il faut en comprendre."""

CAUSES = {
    "SQLITE_FULL": "le disque est plein",
    "SQLITE_IOERR": "le disque ne répond pas comme il faut",
    "SQLITE_READONLY": "la base est en lecture seule",
    "SQLITE_BUSY": "un autre programme tient la base",
    "SQLITE_LOCKED": "un autre programme tient la base",
    "SQLITE_CANTOPEN": "la base ne s'ouvre pas",
    "SQLITE_CORRUPT": "la base est abîmée",
    "SQLITE_NOTADB": "ce n'est pas une base SQLite",
    "SQLITE_AUTH": "l'accès à la base est refusé",
}


def cause_of(error: Exception) -> str:
    name = getattr(error, "sqlite_errorname", "")
    known = (text for prefix, text in CAUSES.items() if name.startswith(prefix))
    return next(known, str(error))
