"""Le réseau d'une arène : `lo` allumée, et toutes les adresses IPv4 locales.

Équivaut à `ip link set lo up` et `ip route add local 0.0.0.0/0 dev lo`, sans le paquet iproute2 ni
ses deux démarrages de programme par arène. Messages : rtnetlink(7).
"""

import fcntl
import os
import socket
import struct

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1  # <linux/sockios.h>, <linux/if.h>
RTM_NEWROUTE = 24
NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE = 1, 4, 0x400
NLMSG_ERROR = 2
RT_TABLE_LOCAL, RTPROT_BOOT, RT_SCOPE_HOST, RTN_LOCAL = 255, 3, 254, 2
RTA_OIF = 4


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack("16xh14x", fcntl.ioctl(control, SIOCGIFFLAGS, request))
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def make_every_address_local() -> None:
    """Dans un réseau neuf dont on est maître ; OSError si le noyau refuse."""
    _raise_loopback()
    route = struct.pack(
        "=BBBBBBBBI",
        socket.AF_INET,
        0,  # longueur du préfixe : 0.0.0.0/0
        0,
        0,
        RT_TABLE_LOCAL,
        RTPROT_BOOT,
        RT_SCOPE_HOST,
        RTN_LOCAL,
        0,
    )
    interface = struct.pack("=HHI", 8, RTA_OIF, socket.if_nametoindex("lo"))
    body = route + interface
    flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE
    header = struct.pack("=IHHII", 16 + len(body), RTM_NEWROUTE, flags, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as netlink:
        netlink.send(header + body)
        answer = netlink.recv(4096)
    _, kind, _, _, _, error = struct.unpack_from("=IHHIIi", answer)
    if kind != NLMSG_ERROR or error:
        raise OSError(-error, os.strerror(-error))
