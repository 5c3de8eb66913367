import asyncio
import logging
import os

os.makedirs("/var/log/chat_room", exist_ok=True)
logging.basicConfig(
    level=logging.INFO,
    format="📩 %(asctime)s [%(levelname)s] %(message)s",
    handlers=[logging.FileHandler("/var/log/chat_room/server.log"), logging.StreamHandler()],
)


async def handle_packet(reader, writer):
    host, port = writer.get_extra_info("peername")
    logging.info("Nouveau client : %s:%s", host, port)
    try:
        while data := await reader.read(1024):
            message = data.decode(errors="backslashreplace")
            logging.info("Message received from %s:%s : %r", host, port, message)
            writer.write(f"Hello {host}:{port}".encode())
            await writer.drain()
    except ConnectionResetError:
        logging.warning("%s:%s a disparu", host, port)
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(handle_packet, "0.0.0.0", 13337)
    async with server:
        await server.serve_forever()


asyncio.run(main())
