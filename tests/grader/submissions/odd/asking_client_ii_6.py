import asyncio

from aioconsole import ainput, aprint


async def async_input(writer):
    while True:
        writer.write((await ainput("")).encode())
        await writer.drain()


async def async_receive(reader):
    while True:
        data = await reader.read(1024)
        if not data:
            raise EOFError
        await aprint(">>> " + data.decode())


async def main(port, host, pseudo):
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"Hello|{pseudo}".encode())
    await aprint("Bienvenue !")
    await asyncio.gather(async_input(writer), async_receive(reader))


port = int(input("Sur quel port ? "))
host = input("À quelle adresse IP ?\n")
pseudo = input("Quel est votre nom ? ")
try:
    asyncio.run(main(port, host, pseudo))
except (EOFError, ConnectionError):
    print("Connexion au serveur perdue.")
except KeyboardInterrupt:
    print("Vous partez.")
