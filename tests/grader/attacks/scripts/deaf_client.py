"""Un client qui dit bonjour, n'écoute jamais, et ne cède pas à Ctrl-C."""

import signal
import socket
import time

signal.signal(signal.SIGINT, signal.SIG_IGN)
link = socket.create_connection(("127.0.0.1", 8888))
link.sendall(b"Hello")
while True:
    time.sleep(10)
