import asyncio

HOST = "127.0.0.1"
PORT = 8888


async def handle_packet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    ip, port = writer.get_extra_info("peername")
    try:
        data = await reader.read(1024)
    except ConnectionError:
        data = b""
    if data:
        print(data.decode(errors="replace"))
        writer.write(f"Hello {ip}:{port}".encode())
        await writer.drain()
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(handle_packet, HOST, PORT)
    print(f"Serveur à l'écoute sur {HOST}:{PORT}")
    async with server:
        await server.serve_forever()


asyncio.run(main())
