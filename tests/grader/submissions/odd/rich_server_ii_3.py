import asyncio

BOLD, NUMBER, END = "\x1b[1m", "\x1b[1;36m", "\x1b[0m"


def coloured(address: str) -> str:
    """Comme rich : chaque nombre a sa couleur."""
    return ".".join(f"{NUMBER}{byte}{END}" for byte in address.split("."))


async def handle_packet(reader, writer):
    ip, port = writer.get_extra_info("peername")
    writer.write("Bienvenue sur le serveur !\n".encode())
    while True:
        try:
            data = await reader.read(1024)
            if data == b"":
                break
            message = data.decode()
        except (ConnectionError, UnicodeDecodeError):
            break
        who = f"{coloured(ip)}:{NUMBER}{port}{END}"
        print(f"\n{BOLD}Message received from{END} {who} : {BOLD}{message}{END}")
        writer.write(f"Bien reçu : {message}".encode())
        await writer.drain()
    writer.close()


async def main():
    async with await asyncio.start_server(handle_packet, "localhost", 6969) as server:
        await server.serve_forever()


asyncio.run(main())
