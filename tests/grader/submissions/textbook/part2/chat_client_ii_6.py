import argparse
import asyncio
import sys

from aioconsole import ainput, aprint, get_standard_streams

parser = argparse.ArgumentParser()
parser.add_argument("-p", "--port", type=int, default=8888)
parser.add_argument("-a", "--address", default="127.0.0.1")
args = parser.parse_args()


async def async_input(writer: asyncio.StreamWriter) -> None:
    while True:
        line = await ainput("> ")
        if line:
            writer.write(line.encode())
            await writer.drain()


async def async_receive(reader: asyncio.StreamReader) -> None:
    while True:
        data = await reader.read(1024)
        if not data:
            raise ConnectionError
        await aprint(f"\r{data.decode(errors='replace')}")


async def main(pseudo: str) -> None:
    await get_standard_streams()
    reader, writer = await asyncio.open_connection(args.address, args.port)
    writer.write(f"Hello|{pseudo}".encode())
    await asyncio.gather(async_input(writer), async_receive(reader))


try:
    pseudo = input("Votre pseudo : ")
    asyncio.run(main(pseudo))
except ConnectionError:
    sys.exit("\nLe serveur est parti.")
except KeyboardInterrupt:
    sys.exit("\nAu revoir !")
