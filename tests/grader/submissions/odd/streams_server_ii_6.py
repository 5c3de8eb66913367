import asyncio
import socketserver
import sys
import threading

CLIENTS = {}
LOCK = threading.RLock()
PORT = int(sys.argv[sys.argv.index("-p") + 1]) if "-p" in sys.argv else 13337
HOST = sys.argv[sys.argv.index("-a") + 1] if "-a" in sys.argv else "5.5.5.1"


def broadcast(text, sender=None):
    with LOCK:
        for addr, client in CLIENTS.items():
            if addr != sender:
                client["w"].sendall(text.encode())


class Handler(socketserver.BaseRequestHandler):
    def receive(self):
        try:
            return self.request.recv(1024).decode(errors="ignore")
        except ConnectionResetError:
            return ""

    def handle(self):
        addr = self.client_address
        hello = self.receive()
        if not hello.startswith("Hello|"):
            return
        pseudo = hello.split("|", 1)[1].strip()
        with LOCK:
            CLIENTS[addr] = {"w": self.request, "pseudo": pseudo}
        broadcast(f"Annonce : {pseudo} a rejoint la chatroom")
        while message := self.receive():
            broadcast(f"{pseudo} a dit : {message}", addr)
        with LOCK:
            CLIENTS.pop(addr)
        broadcast(f"Annonce : {pseudo} a quitté la chatroom")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


async def main():
    with Server((HOST, PORT), Handler) as server:
        await asyncio.to_thread(server.serve_forever)


asyncio.run(main())
