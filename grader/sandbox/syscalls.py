"""Les appels système refusés à la copie : un filtre seccomp, en BPF classique (seccomp(2)).

Ceux dont aucun script du TP n'a besoin, et qu'un utilisateur sans aucun droit peut faire : ils
prennent de la mémoire que personne ne compte, ouvrent le trousseau de clés du compte ou montrent
plus du noyau qu'il n'en faut. « Appel inconnu » (ENOSYS) : une bibliothèque s'en passe alors.
"""

import errno
import platform
import struct

# <linux/audit.h> ; l'autre jeu d'appels d'un processeur (32 bits, x32) est refusé en entier.
ARCHITECTURES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
X32_CALLS = 0x4000_0000
DENIED = {  # <asm/unistd.h> : x86_64, aarch64
    # Des fichiers, des segments, des files et des sémaphores qui survivent hors de tout processus.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    # Le trousseau de clés, dont tout processus hérite.
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # Suivre un processus, ou prendre ses descripteurs : celui de bubblewrap est dans la cellule.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    # Là où le noyau a le plus souvent cédé.
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # Le journal du noyau.
    "syslog": (103, 116),
}
NUMBER, ARCHITECTURE = 0, 4  # place de ces champs dans struct seccomp_data
LOAD, JUMP_IF_EQUAL, JUMP_IF_GREATER_OR_EQUAL, RETURN = 0x20, 0x15, 0x35, 0x06  # <linux/filter.h>
ALLOW, FAIL = 0x7FFF_0000, 0x0005_0000  # <linux/seccomp.h>


def denial_filter(machine: str = "") -> bytes:
    """Le filtre pour ce processeur ; vide si ses numéros d'appels ne sont pas connus."""
    machine = machine or platform.machine()
    if machine not in ARCHITECTURES:
        return b""
    column = list(ARCHITECTURES).index(machine)
    numbers = [call[column] for call in DENIED.values()]
    code = [(LOAD, 0, 0, ARCHITECTURE), (JUMP_IF_EQUAL, 1, 0, ARCHITECTURES[machine])]
    code += [(RETURN, 0, 0, FAIL | errno.ENOSYS), (LOAD, 0, 0, NUMBER)]
    # Un saut mène au dernier des deux retours : il passe par-dessus ce qui le suit ici.
    code += [(JUMP_IF_GREATER_OR_EQUAL, len(numbers) + 1, 0, X32_CALLS)]
    code += [(JUMP_IF_EQUAL, len(numbers) - i, 0, n) for i, n in enumerate(numbers)]
    code += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, FAIL | errno.ENOSYS)]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)
