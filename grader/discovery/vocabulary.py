"""Les mots qu'on rencontre dans les noms des copies, et ce qu'ils veulent dire."""

# Une ligne par sens ; les mots sont en minuscules, sans accents.
_WORDS = {
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
MEANINGS = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}
ROMANS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}
