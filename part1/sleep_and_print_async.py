"""Compte deux fois jusqu'à 10, en même temps : environ 5 secondes.

Usage : python part1/sleep_and_print_async.py
"""

import asyncio
import sys

PAUSE = 0.5  # secondes


async def count_to_ten() -> None:
    for number in range(1, 11):
        print(number, flush=True)
        # await rend la main à la boucle, qui fait avancer l'autre compteur ;
        # time.sleep() la garderait, et les deux comptes se suivraient.
        await asyncio.sleep(PAUSE)


def run_together() -> None:
    """Confie deux compteurs à une même boucle d'événements, et attend qu'ils aient fini."""
    loop = asyncio.new_event_loop()
    counters = [loop.create_task(count_to_ten()), loop.create_task(count_to_ten())]
    try:
        loop.run_until_complete(asyncio.wait(counters))
    except KeyboardInterrupt:
        for counter in counters:
            counter.cancel()
        # Une tâche annulée doit encore tourner une fois pour le savoir.
        loop.run_until_complete(asyncio.wait(counters))
        raise
    finally:
        loop.close()


def main() -> int:
    match sys.argv[1:]:
        case []:
            run_together()
            return 0
        case ["-h" | "--help"]:
            print(__doc__)
            return 0
        case _:
            print("Usage : python part1/sleep_and_print_async.py", file=sys.stderr)
            return 2


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
