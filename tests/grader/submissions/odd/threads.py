"""Un fil par client, où tourne la même coroutine : rien n'y est asynchrone."""

import asyncio
import socket
import threading


class Ends:
    """Ce que la coroutine lit, et ce où elle écrit."""

    def __init__(self, connection, addr):
        self.connection, self.addr = connection, addr

    async def read(self, size):
        return self.connection.recv(size)

    def get_extra_info(self, name):
        return self.addr

    def write(self, data):
        self.connection.sendall(data)

    async def drain(self):
        pass

    def close(self):
        self.connection.close()


def serve(handle, host, port):
    def run(connection, addr):
        ends = Ends(connection, addr)
        asyncio.run(handle(ends, ends))

    with socket.create_server((host, port)) as server:
        while True:
            threading.Thread(target=run, args=server.accept(), daemon=True).start()
