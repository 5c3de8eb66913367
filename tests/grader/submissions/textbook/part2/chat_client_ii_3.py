import asyncio
import sys

from aioconsole import ainput, aprint, get_standard_streams

HOST = "127.0.0.1"
PORT = 8888


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
            return
        await aprint(f"\r{data.decode(errors='replace')}")


async def main() -> None:
    await get_standard_streams()
    reader, writer = await asyncio.open_connection(HOST, PORT)
    await asyncio.gather(async_input(writer), async_receive(reader))


try:
    asyncio.run(main())
except KeyboardInterrupt:
    sys.exit("\nAu revoir !")
