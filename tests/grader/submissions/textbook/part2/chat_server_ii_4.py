import asyncio
from typing import Any

HOST = "127.0.0.1"
PORT = 8888

CLIENTS: dict[tuple[str, int], dict[str, Any]] = {}


async def send_to_others(text: str, sender: tuple[str, int]) -> None:
    for addr, client in list(CLIENTS.items()):
        if addr != sender:
            client["w"].write(text.encode())
            await client["w"].drain()


async def handle_packet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    addr = ip, port = writer.get_extra_info("peername")
    if addr not in CLIENTS:
        CLIENTS[addr] = {"r": reader, "w": writer}
    while True:
        try:
            data = await reader.read(1024)
        except ConnectionError:
            break
        if not data:
            break
        msg = data.decode(errors="replace")
        print(f"Message received from {ip}:{port} : {msg}")
        await send_to_others(f"{ip}:{port} a dit : {msg}", addr)
    del CLIENTS[addr]
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(handle_packet, HOST, PORT)
    print(f"Serveur à l'écoute sur {HOST}:{PORT}")
    async with server:
        await server.serve_forever()


asyncio.run(main())
