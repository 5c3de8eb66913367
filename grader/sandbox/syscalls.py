"""Les appels système permis à la copie : un filtre seccomp, en BPF classique (seccomp(2)).

Tout le reste est refusé. Ce qui est permis est ce que l'on a vu faire à la copie modèle, aux copies
inhabituelles, aux bibliothèques que le TP emploie, aux commandes qu'un script lance et à Python
lui-même (`calls.json`, dans les tests) : ni le trousseau de clés, ni les autres processus, ni les
files, les lectures différées, les surveillances de dossier que la machine compte pour tous, ni ce
qu'on ajoutera demain au noyau.

« Appel inconnu » (ENOSYS) : une bibliothèque s'en passe alors, comme avec un vieux noyau.
"""

import errno
import functools
import platform
import struct
from dataclasses import dataclass

from grader.sandbox.calls import CALLS

# <linux/audit.h> ; l'autre jeu d'appels d'un processeur (32 bits, x32) est refusé en entier.
ARCHITECTURES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
X32_CALLS = 0x4000_0000
UNKNOWN = errno.ENOSYS


@dataclass(frozen=True)
class Among:
    """Le n-ième argument, réduit à ces bits, est l'une de ces valeurs."""

    argument: int
    values: tuple[int, ...]
    bits: int = 0xFFFF_FFFF


@dataclass(frozen=True)
class Condition:
    """Permis quand une des combinaisons est vraie ; sinon, cette erreur."""

    combinations: tuple[tuple[Among, ...], ...]
    error: int


AF_UNIX, AF_INET, AF_INET6, AF_NETLINK = 1, 2, 10, 16
STREAM, DATAGRAM, KIND = 1, 2, 0xF
ANY, TCP, UDP, ROUTE = 0, 6, 17, 0
MAP_SHARED, MAP_ANONYMOUS = 0x01, 0x20
# Mounts, cgroup, uts, ipc, user, pid, network, time : <linux/sched.h>.
NAMESPACES = 0x0002_0000 | 0x0200_0000 | 0x7C00_0000 | 0x80
DUPLICATE, GET_FD, SET_FD, GET_FLAGS, SET_FLAGS, GET_LOCK, SET_LOCK, WAIT_LOCK = range(8)
DUPLICATE_CLOEXEC = 1030
PR_SET_NAME = 15

CONDITIONS = {
    # AF_VSOCK n'est d'aucun réseau, AF_ALG et les protocoles rares chargent des modules du noyau.
    # De netlink, les adresses de la machine : getaddrinfo les demande.
    "socket": Condition(
        (
            (Among(0, (AF_UNIX,)),),
            (
                Among(0, (AF_INET, AF_INET6)),
                Among(1, (STREAM, DATAGRAM), KIND),
                Among(2, (ANY, TCP, UDP)),
            ),
            (Among(0, (AF_NETLINK,)), Among(2, (ROUTE,))),
        ),
        errno.EAFNOSUPPORT,
    ),
    "socketpair": Condition(((Among(0, (AF_UNIX,)),),), errno.EAFNOSUPPORT),
    # Rendue au noyau (MADV_DONTNEED), elle n'est plus à personne, et pourtant toujours là.
    "mmap": Condition(
        ((Among(3, (0, MAP_SHARED, MAP_ANONYMOUS), MAP_SHARED | MAP_ANONYMOUS),),), errno.EPERM
    ),
    # Dans un espace d'utilisateurs à elle, la copie redeviendrait root.
    "clone": Condition(((Among(0, (0,), NAMESPACES),),), errno.EPERM),
    # Pas F_SETPIPE_SZ : un tube tiendrait un mégaoctet, que rien ne compte.
    "fcntl": Condition(
        (
            (
                Among(
                    1,
                    (
                        *(DUPLICATE, GET_FD, SET_FD, GET_FLAGS, SET_FLAGS),
                        *(GET_LOCK, SET_LOCK, WAIT_LOCK, DUPLICATE_CLOEXEC),
                    ),
                ),
            ),
        ),
        errno.EINVAL,
    ),
    # Ni de quoi se faire suivre pas à pas, ni de quoi adopter les orphelins des autres.
    "prctl": Condition(((Among(0, (PR_SET_NAME,)),),), errno.EINVAL),
}

NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # place de ces champs dans struct seccomp_data
# <linux/filter.h>
LOAD, AND, RETURN = 0x20, 0x54, 0x06
JUMP_IF_EQUAL, JUMP_IF_GREATER_OR_EQUAL = 0x15, 0x35
ALLOW, FAIL = 0x7FFF_0000, 0x0005_0000  # <linux/seccomp.h>

Instruction = tuple[int, int, int, int]  # opération, saut si vrai, saut si faux, opérande


@functools.cache  # chaque arène le demande plusieurs fois
def call_filter(machine: str = "") -> bytes:
    """Le filtre pour ce processeur ; vide si ses numéros d'appels ne sont pas connus."""
    machine = machine or platform.machine()
    if machine not in ARCHITECTURES:
        return b""
    column = list(ARCHITECTURES).index(machine)
    numbers = {call: row[column] for group in CALLS.values() for call, row in group.items()}
    code: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_IF_EQUAL, 1, 0, ARCHITECTURES[machine]),
        (RETURN, 0, 0, FAIL | UNKNOWN),
        (LOAD, 0, 0, NUMBER),
        (JUMP_IF_GREATER_OR_EQUAL, 0, 1, X32_CALLS),
        (RETURN, 0, 0, FAIL | UNKNOWN),
    ]
    for call, condition in CONDITIONS.items():
        body = _body(condition)
        code += [(JUMP_IF_EQUAL, 0, len(body), numbers.pop(call) or 0), *body]
    free = sorted({number for number in numbers.values() if number is not None})
    # Un saut mène au dernier des deux retours : il passe par-dessus ce qui le suit ici.
    code += [(JUMP_IF_EQUAL, len(free) - i, 0, number) for i, number in enumerate(free)]
    code += [(RETURN, 0, 0, FAIL | UNKNOWN), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _body(condition: Condition) -> list[Instruction]:
    """Ce que fait le filtre d'un appel à conditions ; il n'en ressort que par un retour."""
    code: list[Instruction] = []
    for combination in condition.combinations:
        tests: list[Instruction] = []
        for among in reversed(combination):
            # Faux : on saute le reste de la combinaison, et son retour.
            after = len(tests) + 1
            values = [
                (JUMP_IF_EQUAL, len(among.values) - 1 - i, 0, value)
                for i, value in enumerate(among.values)
            ]
            values[-1] = (JUMP_IF_EQUAL, 0, after, among.values[-1])
            load = [(LOAD, 0, 0, ARGUMENTS + 8 * among.argument), (AND, 0, 0, among.bits)]
            tests = [*load, *values, *tests]
        code += [*tests, (RETURN, 0, 0, ALLOW)]
    return [*code, (RETURN, 0, 0, FAIL | condition.error)]
