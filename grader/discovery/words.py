"""Ce que dit un nom de fichier ou de dossier : rôle, sujet, numéro d'étape."""

import functools
import re
import unicodedata
from dataclasses import dataclass, field

# Une ligne par sens ; les mots sont en minuscules, sans accents.
_VOCABULARY = {
    "role server": "server serveur serv srv svr",
    "role client": "client cli clt",
    "mode sync": "sync synch synchro synchrone synchronous",
    "mode async": "async asynch asynchro asynchrone asynchronous asyncio aio",
    "multiple": "multiple multiples multi mult many plusieurs urls",
    "topic sleep": "sleep print dormir compteur compter count counter premiers",
    "topic web": "web request requests requete requetes http https url page pages fetch "
    "download telecharger",
    "topic measure": "mesure mesures mesurer measure measures bench benchmark comparaison",
    "topic chat": "chat chatroom room discussion",
    "part": "part partie",
    "step": "step etape version v q question ex exo exercice no num numero",
    "lab": "tp",
    "copy": "copie copy old ancien ancienne backup bak save sauvegarde archive archives brouillon "
    "draft tmp temp essai",
    # Ce qui n'est pas l'étape elle-même.
    "support": "test tests benchmarks bonus grader support utils util helper helpers lib libs "
    "doc docs example examples exemple exemples vendor fixtures mutants",
    # Les scripts « bs_client_I1.py » d'un TP précédent.
    "foreign": "bs",
    # Les titres des étapes du chat, quand leur numéro manque.
    "title 2": "premiere first",
    "title 4": "fonctionnel",
    "title 5": "pseudo pseudos pseudonyme pseudonymes",
    "title 6": "deconnexion deconnexions deco disconnect disconnection",
    "nothing": "and et n a le la les l de du des d un une en avec final finale main script my mon "
    "python py simple basic base tcp eme er ere code src files file",
}
_MEANINGS = {word: meaning for meaning, words in _VOCABULARY.items() for word in words.split()}
_ROMANS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}
# Les mots dont on comprend aussi les fautes de frappe : assez longs pour ne tromper personne.
_TYPED = [
    *("server", "serveur", "client", "sync", "async", "synchrone", "asynchrone", "multiple"),
    *("sleep", "print", "mesure", "measure", "benchmark"),
]
_GLUED = sorted(
    [word for word in _MEANINGS if len(word) > 2 and word != "cli"] + ["ii", "iii", "iv", "vi"],
    key=lambda word: (-len(word), word),
)
MAX_WORD = 20  # au-delà, un mot n'est ni collé ni mal tapé : c'est autre chose


@dataclass(frozen=True)
class Words:
    """Ce que dit un nom ; None ou vide : n'en dit rien."""

    roles: frozenset[str] = frozenset()  # "server", "client"
    modes: frozenset[str] = frozenset()  # "sync", "async"
    topics: frozenset[str] = frozenset()  # "sleep", "web", "measure", "chat"
    multiple: bool = False
    part: int | None = None
    number: int | None = None  # l'étape
    title: int | None = None  # l'étape, d'après un mot de son titre
    lab: int | None = None
    copy: bool = False
    support: bool = False
    foreign: bool = False
    oddities: int = 0  # mots inconnus et fautes de frappe
    alone: bool = False  # un seul mot : « async », « serveur »


def plain(text: str) -> str:
    """En minuscules, sans accents ; « ChatServer » devient « chat server »."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    decomposed = unicodedata.normalize("NFKD", spaced)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def squashed(text: str) -> str:
    """Ce qui reste d'un nom sans casse, accents, espaces ni ponctuation."""
    return re.sub(r"[^a-z0-9]", "", plain(text))


@functools.lru_cache(maxsize=4096)
def read(name: str, *, folder: bool) -> Words:
    """Lit un nom de dossier, ou un nom de fichier sans son extension."""
    text = plain(name)
    bare = re.sub(r"\s*\(\d+\)\s*$", "", text)  # « server (1) » : téléchargé deux fois
    words: list[str] = []
    oddities = 0
    for token in re.findall(r"[a-z]+|[0-9]+", bare):
        parts, odd = _split(token)
        words += parts
        oddities += odd
    meanings = [_MEANINGS.get(word, "") for word in words]
    numbers = _numbers(words, meanings, folder=folder)
    said = {meaning.partition(" ")[0] for meaning in meanings}
    titles = _values(meanings, "title")
    roles, modes = _values(meanings, "role"), _values(meanings, "mode")
    if folder and roles == {"client"} and modes == {"async"}:  # « 3. Client asynchrone »
        roles, modes, titles = frozenset(), frozenset(), titles | {"3"}
    return Words(
        roles=roles,
        modes=modes,
        topics=_values(meanings, "topic"),
        multiple="multiple" in said,
        part=numbers.part,
        number=numbers.number,
        title=int(min(titles)) if titles else None,
        lab=numbers.lab,
        copy="copy" in said or bare != text,
        support="support" in said,
        foreign="foreign" in said,
        oddities=oddities,
        alone=len(words) == 1,
    )


def _values(meanings: list[str], kind: str) -> frozenset[str]:
    return frozenset(
        value for name, _, value in (meaning.partition(" ") for meaning in meanings) if name == kind
    )


def _split(token: str) -> tuple[list[str], int]:
    """Les mots connus d'un morceau de nom, et le nombre de bizarreries."""
    if token.isdigit() or token in _MEANINGS or token in _ROMANS:
        return [token], 0
    if len(token) > MAX_WORD:
        return [token], 1
    if parts := _unglued(token):
        return parts, 0
    for word in _GLUED:  # « websycn »
        rest = token.removeprefix(word)
        if rest != token and (typed := _mistyped(rest)):
            return [word, typed], 1
    return [_mistyped(token) or token], 1


def _unglued(token: str) -> list[str]:
    """« websyncmultiple » : web, sync, multiple. Vide si un bout n'est pas un mot connu."""
    if not token:
        return []
    for word in _GLUED:
        if token == word:
            return [word]
        if token.startswith(word) and (rest := _unglued(token.removeprefix(word))):
            return [word, *rest]
    return []


def _mistyped(token: str) -> str:
    """Le mot qu'on a voulu taper, ou "".

    La première lettre doit y être : c'est elle qui sépare « aync » de « sycn ».
    """
    if len(token) < 4:
        return ""
    close = [
        (distance, word)
        for word in _TYPED
        if word[0] == token[0]
        and (distance := _distance(token, word)) <= (2 if len(word) >= 8 else 1)
    ]
    return min(close)[1] if close else ""


def _distance(left: str, right: str) -> int:
    """Combien de lettres à ajouter, ôter, changer ou échanger avec leur voisine."""
    before: list[int] = []
    previous = list(range(len(right) + 1))
    for i, a in enumerate(left):
        row = [i + 1]
        for j, b in enumerate(right):
            cost = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a != b))
            if i and j and (a, left[i - 1]) == (right[j - 1], b):
                cost = min(cost, before[j - 1] + 1)
            row.append(cost)
        before, previous = previous, row
    return previous[-1]


@dataclass
class _Numbers:
    """Les numéros d'un nom : ceux qu'un mot annonce (« Partie 2 »), et les autres."""

    lab: int | None = None
    part: int | None = None
    number: int | None = None
    romans: list[int] = field(default_factory=list)
    digits: list[int] = field(default_factory=list)

    def add(self, word: str, mark: str) -> None:
        value = _ROMANS.get(word) or int(word[:9])
        if mark == "lab":
            self.lab = value
        elif mark == "part":
            self.part = value
        elif mark == "step":
            self.number = value
        elif word in _ROMANS:
            self.romans.append(value)
        elif re.fullmatch("[12][1-6]", word):  # « server24 » : II.4
            self.digits += [int(digit) for digit in word]
        elif value <= 9:  # ni un port, ni une année
            self.digits.append(value)

    def settle(self, *, folder: bool) -> None:
        """Répartit les numéros que rien n'annonce entre la partie et l'étape."""
        if self.romans and (self.digits or folder or self.romans[0] <= 2):
            # « ii_5 », « II. Chat Room » ; mais « server_iv » est à l'étape 4.
            self.part = self.part or self.romans.pop(0)
        loose = self.romans + self.digits
        if self.part is None and self.number is None and len(loose) > 1 and loose[0] <= 3:
            self.part = loose.pop(0)
        if self.number is None and loose:
            self.number = loose[0]


def _numbers(words: list[str], meanings: list[str], *, folder: bool) -> _Numbers:
    numbers = _Numbers()
    mark = ""
    for index, word in enumerate(words):
        after = words[index + 1] if index + 1 < len(words) else ""
        version = word == "v" and after.isdigit()  # « v2 », et non V
        if word.isdigit() or (word in _ROMANS and not version):
            numbers.add(word, mark)
            mark = ""
        else:
            mark = meanings[index]
    numbers.settle(folder=folder)
    return numbers
