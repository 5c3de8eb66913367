"""Un petit site web local, lent exprès : de quoi mesurer sans réseau.

Chaque page répond après une attente et avec un contenu tirés au sort, les mêmes pour une même
graine. Le site affiche l'URL de ses pages, une par ligne, puis les sert jusqu'à Ctrl-C :

    $ python part1/local_site.py --pages 2 --latency 0.1-0.5
    http://127.0.0.1:40963/1
    http://127.0.0.1:40963/2
"""

import argparse
import asyncio
import os
import random
import sys
import threading
from typing import NoReturn

from aiohttp import web


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:  # celui d'argparse parle anglais
        self.exit(2, f"{self.format_usage()}Arguments incorrects.\n")


class Site:
    """Des pages numérotées de 1 à `pages`, de `size` octets, servies après `latency` secondes."""

    def __init__(self, pages: int, latency: tuple[float, float], size: int, seed: int) -> None:
        self.pages, self.latency, self.size, self.seed = pages, latency, size, seed

    def draw(self, number: int) -> tuple[float, bytes]:
        """Renvoie l'attente, en secondes, et le contenu d'une page."""
        dice = random.Random(f"{self.seed} {number}")
        return dice.uniform(*self.latency), dice.randbytes(self.size)

    async def answer(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        if not 1 <= number <= self.pages:
            raise web.HTTPNotFound
        latency, content = self.draw(number)
        await asyncio.sleep(latency)
        return web.Response(body=content)

    async def serve(self, port: int) -> None:
        application = web.Application()
        application.router.add_get(r"/{number:\d{1,9}}", self.answer)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
        for number in range(1, self.pages + 1):
            print(f"http://127.0.0.1:{runner.addresses[0][1]}/{number}")
        sys.stdout.flush()
        try:
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()


def seconds(text: str) -> tuple[float, float]:
    """Lit « 0.5 » ou « 0.1-0.5 »."""
    shortest, _, longest = text.partition("-")
    bounds = float(shortest), float(longest or shortest)
    if not 0 <= bounds[0] <= bounds[1] < 3600:
        raise ValueError(text)
    return bounds


def stop_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> int:
    parser = Parser(description="Un site web local, lent exprès.", add_help=False)
    parser.add_argument("--pages", type=int, default=10, help="nombre de pages (10)")
    parser.add_argument(
        "--latency", type=seconds, default=(0.1, 0.5), help="attente, en secondes : 0.5 ou 0.1-0.5"
    )
    parser.add_argument("--size", type=int, default=20_000, help="taille d'une page, en octets")
    parser.add_argument("--seed", type=int, default=1, help="graine du tirage au sort (1)")
    parser.add_argument("-p", "--port", type=int, default=0, help="port d'écoute (un port libre)")
    parser.add_argument("--attached", action="store_true", help="finir avec l'entrée standard")
    parser.add_argument("-h", "--help", action="help", help="affiche cette aide")
    options = parser.parse_args()
    if options.attached:
        threading.Thread(target=stop_with_parent, daemon=True).start()
    try:
        asyncio.run(
            Site(options.pages, options.latency, options.size, options.seed).serve(options.port)
        )
    except KeyboardInterrupt:
        return 0
    except (OSError, OverflowError):
        print(f"Impossible d'écouter sur 127.0.0.1:{options.port}.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
