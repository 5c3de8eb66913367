"""Les modules d'un script : ceux que la machine lui doit, et ceux qu'elle n'a pas.

Un module est l'affaire de la machine s'il est de la bibliothèque standard d'un Python, de la liste
du correcteur, ou du requirements.txt de la copie. L'absence de tout autre est celle de la copie.
"""

import re
from collections.abc import Iterable, Iterator

from grader.discovery.extract import IMPLICIT_LOOP
from grader.discovery.files import SourceFile, Submission
from grader.discovery.interpreters import MODULES, OPTIONAL, Interpreter

# De la bibliothèque standard d'un Python de 3.11 à 3.15, mais pas de tous.
PASSING_STANDARD = frozenset(
    {
        *("aifc", "annotationlib", "asynchat", "asyncore", "audioop", "cgi", "cgitb", "chunk"),
        *("compression", "crypt", "distutils", "imghdr", "imp", "lib2to3", "mailcap", "msilib"),
        *("nis", "nntplib", "ossaudiodev", "pipes", "profiling", "smtpd", "sndhdr", "spwd"),
        *("sunau", "telnetlib", "tomllib", "uu", "xdrlib"),
    }
)
# Ce qui n'est pas dans tous ses modules, de 3.11 à 3.15 : depuis quand, ou jusqu'à quand.
SINCE = {
    **dict.fromkeys(("itertools.batched", "typing.override", "collections.abc.Buffer"), (3, 12)),
    **dict.fromkeys(("warnings.deprecated", "typing.TypeIs", "typing.ReadOnly"), (3, 13)),
    **dict.fromkeys(("copy.replace", "asyncio.QueueShutDown", "queue.ShutDown"), (3, 13)),
    **dict.fromkeys(("os.process_cpu_count", "pathlib.UnsupportedOperation"), (3, 13)),
    **dict.fromkeys(("functools.Placeholder", "string.templatelib"), (3, 14)),
    "concurrent.futures.InterpreterPoolExecutor": (3, 14),
}
UNTIL = {
    IMPLICIT_LOOP: (3, 14),
    "asyncio.set_child_watcher": (3, 14),
    "asyncio.ThreadedChildWatcher": (3, 14),
}
# Là où le nom du module n'est pas celui qu'on donne à pip.
_INSTALLED_AS = {
    "beautifulsoup4": "bs4",
    "opencv_python": "cv2",
    "pillow": "PIL",
    "pycryptodome": "Crypto",
    "pyopenssl": "OpenSSL",
    "pyserial": "serial",
    "python_dateutil": "dateutil",
    "python_dotenv": "dotenv",
    "pyyaml": "yaml",
    "scikit_learn": "sklearn",
}
MAX_LINES = 1_000  # d'un requirements.txt
MAX_ANNOUNCED = 200
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]{0,60})\s*(?:[\[<>=!~;@#,]|$)")


def to_install(modules: Iterable[str]) -> list[str]:
    """Sous quels noms les demander à pip."""
    names = {module: package.replace("_", "-") for package, module in _INSTALLED_AS.items()}
    return [names.get(module, module) for module in modules]


def announced(submission: Submission) -> frozenset[str]:
    """Les modules qu'annoncent les requirements.txt de la copie."""
    names: dict[str, None] = {}
    for file in submission.files:
        if re.fullmatch(r"requirements?\.txt", file.path.name.casefold()):
            names |= dict.fromkeys(_requirements(file))
    return frozenset(list(names)[:MAX_ANNOUNCED])


def _requirements(file: SourceFile) -> Iterator[str]:
    content = file.content[: 100 * MAX_LINES]
    # « pip freeze > requirements.txt », sous PowerShell, écrit de l'UTF-16.
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = content.decode("utf-16" if utf16 else "utf-8-sig", "replace")
    for line in text.splitlines()[:MAX_LINES]:
        if found := _REQUIREMENT.match(line):
            name = re.sub(r"[-_.]+", "_", found[1]).casefold()
            yield _INSTALLED_AS.get(name, name)


class Machine:
    """Les Python d'ici, et ce qu'on est en droit d'en attendre pour cette copie."""

    def __init__(self, interpreters: Iterable[Interpreter], wanted: frozenset[str]) -> None:
        self.interpreters = list(interpreters)
        standard = (one.standard for one in self.interpreters)
        self._owed = PASSING_STANDARD.union(MODULES, OPTIONAL, wanted, *standard)

    def missing(self, interpreter: Interpreter, modules: frozenset[str]) -> frozenset[str]:
        """Parmi eux, et ce qu'on y prend, ce que la machine doit et que ce Python n'a pas."""
        version = interpreter.version[:2]
        return (
            (modules & self._owed) - interpreter.modules - interpreter.standard
            | {name for name in modules & SINCE.keys() if version < SINCE[name]}
            | {name for name in modules & UNTIL.keys() if version >= UNTIL[name]}
        )

    def ranked(self, required: frozenset[str], imports: frozenset[str]) -> list[Interpreter]:
        """Les Python, de celui à qui il manque le moins, puis du plus récent, au pire."""
        return sorted(
            self.interpreters,
            key=lambda one: (
                len(self.missing(one, required)),
                len(self.missing(one, imports)),
                *(-number for number in one.version),
            ),
        )
