import asyncio
import os
import re

from aioconsole import ainput, aprint

HOST, PORT = "192.168.1.20", 14447
GREEN, BLUE, NORMAL = "\033[92m", "\033[94m", "\033[0m"


async def async_input(writer):
    while True:
        line = await ainput(f"{GREEN}Vous > {NORMAL}")
        writer.write(line.encode())
        await writer.drain()


async def async_receive(reader):
    while True:
        try:
            data = await reader.read(1024)
        except ConnectionResetError:
            data = b""
        if data == b"":
            await aprint(f"\n{BLUE}Serveur déconnecté, à bientôt{NORMAL}")
            os._exit(0)
        await aprint(f"\033[2K\r{BLUE}{data.decode()}{NORMAL}")


async def main():
    test, writer = await asyncio.open_connection(HOST, PORT)
    writer.close()
    reader, writer = await asyncio.open_connection(HOST, PORT)
    pseudo = ""
    while not re.fullmatch("[a-z0-9_-]{3,15}", pseudo):
        pseudo = input("Choisissez un surnom (3 à 15 caractères) : ")
    writer.write(f"Hello|{pseudo}\n".encode())
    await writer.drain()
    tasks = [asyncio.create_task(async_input(writer)), asyncio.create_task(async_receive(reader))]
    await asyncio.gather(*tasks)


asyncio.run(main())
