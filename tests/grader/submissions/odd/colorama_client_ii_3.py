import asyncio

import aioconsole
import colorama
from colorama import Fore, Style

colorama.init()


async def async_input(writer):
    while True:
        message = await aioconsole.ainput(Fore.GREEN + "Votre message : " + Style.RESET_ALL)
        if message != "":
            writer.write(message.encode("utf-8"))
            await writer.drain()
            await aioconsole.aprint(Fore.YELLOW + f"Vous avez dit : {message}" + Fore.RESET)


async def async_receive(reader):
    while True:
        data = await reader.read(1024)
        if not data:
            await aioconsole.aprint("Plus de serveur.")
            break
        await aioconsole.aprint(f"\n{Fore.CYAN}{data.decode()}{Style.RESET_ALL}\n", end="")


async def main():
    await aioconsole.aprint(f"{Fore.MAGENTA}*** Bienvenue dans le chat ***{Fore.RESET}")
    reader, writer = await asyncio.open_connection(host="172.20.10.3", port=8080)
    await asyncio.gather(async_input(writer), async_receive(reader))


asyncio.run(main())
