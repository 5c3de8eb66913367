import socket
import threading

CLIENTS: dict[tuple[str, int], dict[str, socket.socket]] = {}
LOCK = threading.Lock()


def handle(connection: socket.socket, addr: tuple[str, int]) -> None:
    with LOCK:
        CLIENTS[addr] = {"w": connection}
    while True:
        try:
            data = connection.recv(1024)
        except OSError:
            data = b""
        if not data:
            break
        msg = data.decode("utf-8", "replace")
        print(f"Message received from {addr[0]}:{addr[1]} : {msg}", flush=True)
        with LOCK:
            others = [client["w"] for key, client in CLIENTS.items() if key != addr]
        for other in others:
            other.sendall(f"{addr[0]}:{addr[1]} a dit : {msg}".encode())
    with LOCK:
        del CLIENTS[addr]
    connection.close()


with socket.create_server(("", 8888)) as server:
    while True:
        threading.Thread(target=handle, args=server.accept(), daemon=True).start()
