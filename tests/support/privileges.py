"""Ce que root peut et qu'une autre personne ne peut pas."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Root lit tout : le temps d'un test, on renonce à ses privilèges (capset(2))."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x2008_0522, 0)  # _LINUX_CAPABILITY_VERSION_3, ce fil
    mine = (ctypes.c_uint32 * 6)()  # effectives, permises, héritées ; deux fois
    none = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, mine) == 0
    none[:] = [0, *mine[1:3], 0, *mine[4:]]
    assert libc.capset(header, none) == 0
    try:
        yield
    finally:
        assert libc.capset(header, mine) == 0
