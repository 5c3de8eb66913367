"""Sort par une famille de sockets qu'aucun réseau à part n'enferme, ou que personne n'emploie."""

import socket

from tools import attempt, behave

AF_ALG, AF_VSOCK, ANYONE = 38, 40, 0xFFFF_FFFF
with attempt("l'hyperviseur"):
    listener = socket.socket(AF_VSOCK, socket.SOCK_STREAM)
    listener.bind((ANYONE, 45671))
    listener.listen()
for family in (AF_ALG, socket.AF_CAN, socket.AF_TIPC, socket.AF_PACKET, socket.AF_BLUETOOTH):
    with attempt("une famille rare"):
        socket.socket(family, socket.SOCK_SEQPACKET)
for protocol in (socket.IPPROTO_SCTP, socket.IPPROTO_MPTCP):
    with attempt("un protocole rare"):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
behave()
