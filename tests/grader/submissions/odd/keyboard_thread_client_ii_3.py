import asyncio
import sys


async def async_input(writer):
    while line := await asyncio.to_thread(sys.stdin.readline):
        writer.write(line.strip().encode())
        await writer.drain()


async def async_receive(reader):
    while data := await reader.read(1024):
        print(data.decode(), flush=True)


async def main():
    reader, writer = await asyncio.open_connection("127.0.0.1", 8888)
    await asyncio.gather(async_input(writer), async_receive(reader))


asyncio.run(main())
