"""Le chat à l'épreuve : un serveur tué cinquante fois, un client sourd, des tempêtes, un siège.

Usage : python -m tests.bonus.chaos [--kills N] [--scale X] [--siege S]      (make chaos)
"""

import asyncio
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "bonus")]

from tests.bonus.chaos.honest import REST, WORSE, besiege, p99  # noqa: E402
from tests.bonus.chaos.kills import survive  # noqa: E402 (bonus n'est pas installé)
from tests.bonus.chaos.slow import listen_to_a_deaf_one  # noqa: E402
from tests.bonus.chaos.storms import MEGABYTE, weather  # noqa: E402
from wording.arguments import Parser  # noqa: E402

SLOWER = 1.2  # fois : ce que les autres peuvent attendre de plus
GROWN = 5 * MEGABYTE  # octets : des personnes de plus, et le désordre du tas


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K  {text}", end="", file=sys.stderr, flush=True)


def verdict(held: bool) -> str:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return "tenu" if held else "MANQUÉ"


def killed(folder: Path, kills: int) -> bool:
    outcome = asyncio.run(survive(folder, kills, clients=40, rooms=5, say=progress))
    print(f"{verdict(outcome.sound)} : {kills} kill -9, 40 clients dans 5 salons.")
    print(f"    {outcome.sent} messages envoyés, {outcome.acknowledged} accusés,", end=" ")
    print(f"{outcome.lost} perdus, {outcome.doubled} en double,", end=" ")
    print(f"{outcome.disordered} clients à qui l'ordre a manqué.")
    for fault in outcome.faults[:5]:
        print(f"    {fault}")
    return outcome.sound


def deafened(folder: Path, rounds: int) -> bool:
    outcome = listen_to_a_deaf_one(folder, members=100, rounds=rounds, say=progress)
    held = outcome.ratio <= SLOWER and outcome.resumed
    print(f"{verdict(held)} : un client sur cent cesse de lire.")
    print(f"    99 % des livraisons sous {outcome.calm * 1e3:.1f} ms, puis", end=" ")
    print(f"{outcome.deaf * 1e3:.1f} ms avec lui : {outcome.ratio:.2f} fois ({SLOWER} au plus).")
    return held


def stormed(folder: Path, scale: float) -> bool:
    outcome = weather(folder, scale, progress)
    held = outcome.grown <= GROWN
    print(f"{verdict(held)} : RST, moitiés de trames, trames de 10 Mo,", end=" ")
    print(f"{int(100_000 * scale)} trames au hasard.")
    print(f"    {outcome.before / MEGABYTE:.1f} Mo, puis {outcome.after / MEGABYTE:.1f} Mo.")
    return held


def besieged(folder: Path, seconds: float) -> bool:
    sieges = besiege(folder, seconds, rounds=3, rest=min(REST, 20 * seconds), say=progress)
    held = all(siege.held for siege in sieges)
    print(f"{verdict(held)} : ce que tente une adresse, pendant que d'autres se parlent.")
    for siege in sieges:
        for one in siege.outcomes:
            here, elsewhere = p99(one.here) * 1e3, p99(one.elsewhere) * 1e3
            print(
                f"    {one.name} ({one.tries} fois) : 99 % des messages en {here:.0f} ms,", end=" "
            )
            print(f"et en {elsewhere:.0f} ms quand c'est à un autre serveur :", end=" ")
            print(f"{one.ratio:.2f} fois ({WORSE:.0f} au plus).")
        print(f"    {siege.before / MEGABYTE:.1f} Mo, puis {siege.after / MEGABYTE:.1f} Mo.")
    return held


def main() -> int:
    parser = Parser(__doc__.partition("\n")[0])
    add = parser.options.add_argument
    add("--kills", type=int, default=50, metavar="N", help="kill -9 (50)")
    add("--rounds", type=int, default=3, metavar="N", help="clients sourds (3)")
    add("--scale", type=float, default=1.0, metavar="X", help="force des tempêtes")
    add("--siege", type=float, default=5.0, metavar="S", help="secondes d'une attaque (5)")
    options = parser.parse_args()
    held = []
    with tempfile.TemporaryDirectory(prefix="tp6-chaos-") as name:
        folder = Path(name)
        try:
            held.append(killed(folder / "kills", options.kills))
            held.append(deafened(folder / "slow", options.rounds))
            held.append(stormed(folder / "storms", options.scale))
            held.append(besieged(folder / "siege", options.siege))
        except KeyboardInterrupt:
            print("\nInterrompu.")
            return 130
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
