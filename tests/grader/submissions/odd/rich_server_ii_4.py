import asyncio

from rich.console import Console

CLIENTS = {}
console = Console()


async def handle_packet(reader, writer):
    addr = writer.get_extra_info("peername")
    if addr not in CLIENTS:
        CLIENTS[addr] = {}
        CLIENTS[addr]["r"] = reader
        CLIENTS[addr]["w"] = writer
    console.print(f"[bold green]+[/] {addr[0]}:{addr[1]} ({len(CLIENTS)} clients)")
    while True:
        try:
            data = await reader.read(1024)
        except OSError:
            break
        if data == b"":
            break
        message = data.decode(errors="replace")
        console.print(f"Message received from {addr[0]}:{addr[1]} : {message!r}")
        for other in CLIENTS:
            if other != addr:
                CLIENTS[other]["w"].write(f"{addr[0]}:{addr[1]} a dit : {message}".encode())
    CLIENTS.pop(addr)
    console.print(f"[bold red]-[/] {addr[0]}:{addr[1]}")


async def main():
    server = await asyncio.start_server(handle_packet, port=13337)
    async with server:
        await server.serve_forever()


asyncio.run(main())
