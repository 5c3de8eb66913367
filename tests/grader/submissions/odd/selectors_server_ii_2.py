"""Un sélecteur pour tous les clients, sans asyncio."""

import selectors
import socket

selector = selectors.DefaultSelector()


def accept(server):
    client, address = server.accept()
    selector.register(client, selectors.EVENT_READ, (answer, address))


def answer(client, address):
    data = client.recv(1024)
    if data:
        print(data.decode(errors="replace"), flush=True)
        client.sendall(f"Hello {address[0]}:{address[1]}".encode())
    else:
        selector.unregister(client)
        client.close()


server = socket.create_server(("127.0.0.1", 8888))
selector.register(server, selectors.EVENT_READ)
print("Serveur à l'écoute sur 127.0.0.1:8888", flush=True)
while True:
    for key, _ in selector.select():
        if key.data:
            key.data[0](key.fileobj, key.data[1])
        else:
            accept(key.fileobj)
