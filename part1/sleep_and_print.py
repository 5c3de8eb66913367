"""Compte deux fois jusqu'à 10, l'une après l'autre : environ 10 secondes.

Usage : python part1/sleep_and_print.py
"""

import sys
import time

PAUSE = 0.5  # secondes


def count_to_ten() -> None:
    for number in range(1, 11):
        print(number, flush=True)
        time.sleep(PAUSE)


def main() -> int:
    match sys.argv[1:]:
        case []:
            count_to_ten()
            count_to_ten()
            return 0
        case ["-h" | "--help"]:
            print(__doc__)
            return 0
        case _:
            print("Usage : python part1/sleep_and_print.py", file=sys.stderr)
            return 2


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
