import argparse
import asyncio

parser = argparse.ArgumentParser()
parser.add_argument("-p", "--port", type=int, default=8889)
parser.add_argument("-a", "--address", default="10.1.1.10")
args = parser.parse_args()
CLIENTS = {}


async def broadcast(text, sender=None):
    for addr in CLIENTS:
        if addr == sender:
            continue
        CLIENTS[addr]["w"].write(text.encode())


async def handle_packet(reader, writer):
    addr = writer.get_extra_info("peername")
    try:
        hello = await reader.read(1024)
        if hello.startswith(b"Hello|"):
            CLIENTS[addr] = {"r": reader, "w": writer, "pseudo": hello.decode()[6:]}
            await broadcast(f"\nAnnonce : {CLIENTS[addr]["pseudo"]} a rejoint la chatroom\n")
            while data := await reader.read(1024):
                await broadcast(f"{CLIENTS[addr]["pseudo"]} a dit : {data.decode()}\n", addr)
    except (ConnectionError, UnicodeError):
        pass
    CLIENTS.pop(addr, None)
    writer.close()


async def main():
    server = await asyncio.start_server(handle_packet, args.address, args.port)
    await server.serve_forever()


asyncio.run(main())
