"""Chaque borne du chat, avec sa raison. Toutes se règlent : `--limit rate=20`, ou `RATE=20`."""

from dataclasses import dataclass

KILOBYTE, MEGABYTE = 1_000, 1_000_000
FRAME = 16 * MEGABYTE  # la plus grande trame qu'un client accepte de son serveur
LONGEST_TEXT = 65_000  # octets : la taille d'un texte tient sur deux octets
LONGEST_NAME = 255  # caractères : un octet de taille, et il en faut un par caractère au moins


@dataclass(frozen=True, slots=True)
class Limits:
    """Les durées sont en secondes, les tailles en octets, sauf mention contraire."""

    # Ce que quelqu'un peut écrire
    pseudo: int = 20  # caractères : il précède chaque message, la ligne doit rester lisible
    room: int = 30  # caractères d'un nom de salon
    text: int = 4 * KILOBYTE  # d'un message, en UTF-8 : deux écrans ; au-delà, c'est un fichier
    image: int = MEGABYTE  # d'une image, telle qu'elle est enregistrée
    image_name: int = 100  # caractères
    pixels: int = 16_000_000  # d'une image : décodée, elle en prend le quadruple en octets
    side: int = 32_767  # pixels de son plus grand côté : même vide, chaque ligne se paie
    # Ce que quelqu'un peut prendre
    connections: int = 12_000  # en tout ; chacune coûte un descripteur et quelques ko
    connections_per_address: int = 64  # une salle de TP derrière une seule adresse
    requests: int = 512  # demandes de fichiers de la page web ; la moitié à une même adresse
    handshakes: int = 512  # accords TLS en cours : 100 ko chacun ; la moitié à une même adresse
    rooms: int = 1_000  # en tout : un salon ouvert le reste tant qu'il a un message
    rooms_per_person: int = 32  # à la fois
    opened: int = 10  # salons qu'une personne crée par heure
    devices: int = 8  # appareils d'une même personne, connectés à la fois
    people: int = 1_000_000  # pseudos connus : chacun reste pris, et tient 180 octets sur le disque
    bans: int = 10_000  # exclusions en cours : chacune est en mémoire
    page: int = 50  # messages d'une page d'historique : un grand écran
    # Ce qui est gardé, et jusqu'à quand. `keep` : une durée, comme 90d (s, min, h, d)
    keep: float = 0.0  # âge d'un message au-delà duquel il s'efface ; 0 : jamais
    messages_per_person: int = 50 * MEGABYTE  # octets gardés ; vingt minutes sans reprendre souffle
    pictures_per_person: int = 200 * MEGABYTE  # octets gardés : deux cents des plus grandes
    base: int = 20_000  # mégaoctets, en tout ; les images sont refusées aux neuf dixièmes
    spare_for_pictures: int = 500 * MEGABYTE  # libres sur le disque : en deçà, plus d'images
    spare: int = 50 * MEGABYTE  # libres de même : en deçà, plus rien, que de quoi s'arrêter bien
    empty_room: float = 600.0  # un salon sans message et sans personne s'en va
    silent: float = 2_592_000.0  # trente jours : qui n'a jamais rien dit est oublié
    # Le débit : un seau de `burst` messages, rempli de `rate` par seconde
    rate: float = 10.0  # messages par seconde : personne ne tape si vite
    burst: float = 30.0  # messages d'affilée : un texte collé
    patience: float = 30.0  # retenu plus longtemps que cela d'affilée, c'est une inondation
    # Les octets : un seau de `volume`, rempli de `volume_rate` par seconde
    volume: int = 5 * MEGABYTE  # d'affilée, images et longs textes d'une personne : cinq images
    volume_rate: float = 10.0 * KILOBYTE  # puis une grande image toutes les cent secondes
    # Une adresse : `crowd` fois ce qu'a une personne, tous ceux qui y sont ensemble
    crowd: int = 40  # une classe derrière une seule adresse ; 0 : sans limite par adresse
    newcomers: int = 120  # par heure, personnes nouvelles, une fois passées deux classes d'affilée
    # Le journal : par adresse, un seau de `logged`, rempli de `logged_rate` par seconde
    logged: int = 3 * MEGABYTE  # octets d'affilée : un dixième de ce qui en est gardé
    logged_rate: float = 1_000.0  # puis dix lignes par seconde : sept heures pour tout remplir
    # Les attentes
    cooldown: float = 60.0  # avant de revenir, renvoyé pour inondation ; double à chaque fois
    handshake: float = 10.0  # pour se présenter : une connexion muette tient une place
    frame: float = 30.0  # pour finir une trame commencée, ou lire une réponse…
    floor: int = 2_000  # …et une seconde de plus par tant d'octets : la plus lente des liaisons
    ping: float = 30.0  # de silence avant de demander « es-tu là ? »
    idle: float = 75.0  # de silence avant de conclure que non : deux questions sans réponse
    shutdown: float = 5.0  # pour tout écrire et dire au revoir
    # La mémoire
    write_buffer: int = 2 * MEGABYTE  # en attente pour un client qui ne lit pas : une image et plus
    uploads: int = 64 * MEGABYTE  # images en cours d'arrivée, de tous les clients ensemble
    waiting: int = 16 * MEGABYTE  # messages qui attendent le disque ; au-delà, on cesse de lire
    pictures: int = 32 * MEGABYTE  # images gardées en mémoire, les dernières demandées
    # L'affichage
    gathering: float = 3.0  # arrivées et départs d'un salon montrés ensemble : une ligne se lit
    announced: int = 200  # membres d'un salon au-delà desquels arrivées et départs y sont tus
    columns: int = 200  # d'une image en caractères
    rows: int = 100

    def __post_init__(self) -> None:
        """ValueError si une borne permettait ce que le protocole ne sait pas écrire."""
        if self.text > LONGEST_TEXT:
            raise ValueError(f"un message (text) a {LONGEST_TEXT} octets au plus")
        if max(self.pseudo, self.room, self.image_name) > LONGEST_NAME:
            raise ValueError(f"un nom a {LONGEST_NAME} caractères au plus")
        if self.image + KILOBYTE > FRAME:
            raise ValueError(f"une image (image) a {FRAME - KILOBYTE} octets au plus")
        # En JSON, un guillemet prend deux octets ; et chaque message a une date, un auteur…
        if self.page * (2 * self.text + KILOBYTE) > FRAME:
            raise ValueError(f"une page (page × text) tient en {FRAME} octets au plus")
