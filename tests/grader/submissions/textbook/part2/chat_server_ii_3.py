import asyncio

HOST = "127.0.0.1"
PORT = 8888


async def handle_packet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    ip, port = writer.get_extra_info("peername")
    while True:
        try:
            data = await reader.read(1024)
        except ConnectionError:
            break
        if not data:
            break
        msg = data.decode(errors="replace")
        print(f"Message received from {ip}:{port} : {msg}")
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(handle_packet, HOST, PORT)
    print(f"Serveur à l'écoute sur {HOST}:{PORT}")
    async with server:
        await server.serve_forever()


asyncio.run(main())
