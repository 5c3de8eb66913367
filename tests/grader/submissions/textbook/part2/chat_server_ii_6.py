import argparse
import asyncio
from typing import Any

parser = argparse.ArgumentParser()
parser.add_argument("-p", "--port", type=int, default=8888)
parser.add_argument("-a", "--address", default="127.0.0.1")
args = parser.parse_args()

CLIENTS: dict[tuple[str, int], dict[str, Any]] = {}


async def send_to_all(text: str, sender: tuple[str, int] | None = None) -> None:
    for addr, client in list(CLIENTS.items()):
        if addr != sender:
            client["w"].write(text.encode())
            await client["w"].drain()


async def read_text(reader: asyncio.StreamReader) -> str:
    try:
        data = await reader.read(1024)
    except ConnectionError:
        return ""
    return data.decode(errors="replace")


async def handle_packet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    addr = ip, port = writer.get_extra_info("peername")
    hello = await read_text(reader)
    if not hello.startswith("Hello|"):
        writer.close()
        return
    pseudo = hello.removeprefix("Hello|")
    if addr not in CLIENTS:
        CLIENTS[addr] = {"r": reader, "w": writer, "pseudo": pseudo}
    await send_to_all(f"Annonce : {pseudo} a rejoint la chatroom")
    while msg := await read_text(reader):
        print(f"Message received from {ip}:{port} : {msg}")
        await send_to_all(f"{CLIENTS[addr]['pseudo']} a dit : {msg}", addr)
    del CLIENTS[addr]
    await send_to_all(f"Annonce : {pseudo} a quitté la chatroom")
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(handle_packet, args.address, args.port)
    print(f"Serveur à l'écoute sur {args.address}:{args.port}")
    async with server:
        await server.serve_forever()


asyncio.run(main())
