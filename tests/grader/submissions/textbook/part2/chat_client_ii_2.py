import socket

HOST = "127.0.0.1"
PORT = 8888

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
    connection.connect((HOST, PORT))
    connection.send(b"Hello")
    answer = connection.recv(1024)
    print(answer.decode())
