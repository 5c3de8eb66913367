# ruff: noqa
# mypy: ignore-errors
"""Un peu de tout ce qu'un script peut demander à la bibliothèque standard de Python.

Une liste de gestes plutôt qu'un programme, d'où l'absence de types. Finit par « fini », sans pile.
"""

import asyncio
import concurrent.futures
import contextlib
import datetime
import getpass
import hashlib
import locale
import logging
import logging.handlers
import mmap
import multiprocessing
import os
import pathlib
import platform
import queue
import random
import resource
import select
import shutil
import signal
import socket
import socketserver
import sqlite3
import ssl
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import tty
import uuid
import zoneinfo


def files(folder):
    path = pathlib.Path(folder, "a", "b")
    path.mkdir(parents=True)
    file = path / "page"
    file.write_text("é" * 1000)
    with open(file, "r+b") as f:
        f.seek(10)
        f.read(4)
        f.truncate(500)
        f.flush()
        os.fsync(f.fileno())
        f.write(b"x")
        os.fdatasync(f.fileno())
        with mmap.mmap(f.fileno(), 100) as m:
            m[0] = 1
            m.flush()
        os.pread(f.fileno(), 3, 0)
        os.pwrite(f.fileno(), b"x", 0)
        os.writev(f.fileno(), [b"a", b"b"])
        os.readv(f.fileno(), [bytearray(3)])
        os.lseek(f.fileno(), 0, 2)
        os.fchmod(f.fileno(), 0o600)
        os.fstat(f.fileno())
        os.preadv(f.fileno(), [bytearray(2)], 0)
        os.pwritev(f.fileno(), [b"x"], 0)
        os.posix_fallocate(f.fileno(), 0, 100)
        with tempfile.TemporaryFile() as other:
            os.copy_file_range(f.fileno(), other.fileno(), 10, offset_src=0)
        import fcntl

        fcntl.flock(f, fcntl.LOCK_EX)
        fcntl.lockf(f, fcntl.LOCK_EX)
        fcntl.fcntl(f, fcntl.F_GETLK, struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0))
        fcntl.fcntl(f, fcntl.F_SETFL, fcntl.fcntl(f, fcntl.F_GETFL) | os.O_APPEND)
        fcntl.fcntl(f, fcntl.F_SETFL, fcntl.fcntl(f, fcntl.F_GETFL) & ~os.O_APPEND)
    os.replace(file, path / "c")
    os.rename(path / "c", file)
    file.rename(path / "d")
    (path / "d").rename(file)
    os.link(file, path / "l")
    os.symlink(file, path / "s")
    os.readlink(path / "s")
    (path / "s").resolve()
    os.chmod(file, 0o644)
    os.utime(file)
    os.access(file, os.R_OK)
    os.stat(file)
    os.lstat(file)
    os.statvfs(folder)
    shutil.copy(file, path / "copie")
    shutil.copy2(file, path / "copie2")
    shutil.copytree(path, path.parent / "arbre", symlinks=True)
    shutil.move(path / "copie", path / "deplace")
    shutil.disk_usage(folder)
    shutil.which("python3")
    list(os.scandir(path))
    list(os.walk(folder))
    list(path.glob("**/*"))
    with contextlib.suppress(OSError):
        os.mkfifo(path / "tube")
    at = os.open(path, os.O_RDONLY)
    os.mkdir("x", dir_fd=at)
    os.rename("x", "y", src_dir_fd=at, dst_dir_fd=at)
    os.symlink("y", "z", dir_fd=at)
    os.readlink("z", dir_fd=at)
    os.chmod("y", 0o700, dir_fd=at)
    os.access("y", os.R_OK, dir_fd=at, effective_ids=True)
    os.link("page", "w", src_dir_fd=at, dst_dir_fd=at)
    os.close(at)
    with contextlib.suppress(OSError):
        os.getxattr(file, "user.x")
    os.truncate(file, 10)
    os.umask(0o22)
    os.getcwd()
    os.chdir(folder)
    here = os.open("/", os.O_RDONLY)
    os.fchdir(here)
    os.close(here)
    os.chown(file, -1, -1)
    os.unlink(path / "l")
    shutil.rmtree(path)
    with (
        tempfile.NamedTemporaryFile() as t,
        tempfile.TemporaryFile() as u,
        tempfile.TemporaryDirectory(),
    ):
        t.write(b"x")
        u.write(b"y")
    with contextlib.suppress(OSError):
        os.listxattr(folder)
    base = sqlite3.connect(os.path.join(folder, "base.db"))
    base.execute("create table t (x)")
    base.execute("insert into t values (1)")
    base.commit()
    base.close()
    h = logging.handlers.RotatingFileHandler(
        os.path.join(folder, "journal"), maxBytes=100, backupCount=2
    )
    log = logging.getLogger("x")
    log.addHandler(h)
    for _ in range(10):
        log.warning("bonjour" * 5)


def work(x):
    return x * x


def child(q):
    q.put(os.getpid())


def processes():
    print(subprocess.run(["echo", "bonjour"], capture_output=True, text=True).stdout)
    subprocess.run("ls / | head -3; cat /etc/hosts", shell=True, stdout=subprocess.DEVNULL)
    subprocess.run(
        [sys.executable, "-c", "print(input())"],
        input="x\n",
        text=True,
        cwd="/tmp",
        start_new_session=True,
    )
    p = subprocess.Popen(["sleep", "10"])
    p.terminate()
    p.wait()
    os.system("true")
    os.popen("true").read()
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(["sleep", "5"], timeout=0.05)
    for method in ("fork", "spawn", "forkserver"):
        c = multiprocessing.get_context(method)
        q = c.Queue()
        p = c.Process(target=child, args=(q,))
        p.start()
        q.get()
        p.join()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(work, range(10))
    v = multiprocessing.Value("i", 0)
    a = multiprocessing.Array("i", 4)
    with v.get_lock():
        v.value += 1
    lock = multiprocessing.Lock()
    lock.acquire()
    lock.release()
    e = multiprocessing.Event()
    e.set()
    e.wait()
    r, w = multiprocessing.Pipe()
    r.send(1)
    w.recv()
    with multiprocessing.Manager() as m:
        d = m.dict()
        d["a"] = 1
    from multiprocessing import shared_memory

    s = shared_memory.SharedMemory(create=True, size=100)
    s.buf[0] = 1
    s.close()
    s.unlink()
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        list(pool.map(work, range(4)))
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitid(os.P_PID, pid, os.WEXITED)
    os.getpid()
    os.getppid()
    os.getpgid(0)
    os.getsid(0)
    os.getuid()
    os.getgroups()
    os.getpgrp()
    os.getresuid()
    os.getresgid()
    os.kill(os.getpid(), 0)
    r, w = os.pipe()
    os.write(w, b"x")
    os.read(r, 1)
    os.close(w)
    d = os.dup(r)
    os.dup2(r, d)
    os.set_inheritable(r, True)
    os.set_blocking(r, False)
    os.posix_spawn("/bin/true", ["true"], os.environ)
    os.wait()
    pid = os.fork()
    if not pid:
        os.setpgid(0, 0)
        os.execv("/bin/true", ["true"])
    os.waitpid(pid, 0)
    for shell in ("sh", "bash"):
        script = "trap : INT; read x < /etc/passwd; sleep 0.1 & wait; echo $((1 + 1)) $(pwd) $x"
        subprocess.run([shell, "-c", script], stdout=subprocess.DEVNULL, check=True)
    sleeper = subprocess.Popen(["sleep", "0.5"])
    time.sleep(0.1)
    sleeper.send_signal(signal.SIGSTOP)
    time.sleep(0.05)
    sleeper.send_signal(signal.SIGCONT)
    assert sleeper.wait() == 0


def threads():
    q = queue.Queue()
    t = threading.Thread(target=q.put, args=(1,))
    t.start()
    q.get()
    t.join()
    c = threading.Condition()
    with c:
        c.wait(0.01)
    threading.Timer(0.01, lambda: None).start()
    threading.get_native_id()
    b = threading.Barrier(1)
    b.wait()
    threading.Event().wait(0.01)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(10)))
    threading.Thread(target=time.sleep, args=(0.01,), daemon=True).start()


def signals():
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.alarm(1)
    signal.alarm(0)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    signal.pause()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.sigwait([signal.SIGUSR1])
    signal.raise_signal(signal.SIGCHLD)
    signal.sigpending()
    signal.siginterrupt(signal.SIGALRM, False)
    signal.getitimer(0)
    r, w = socket.socketpair()
    w.setblocking(False)
    signal.set_wakeup_fd(w.fileno())
    signal.set_wakeup_fd(-1)


def sockets():
    with socket.create_server(("127.0.0.1", 0)) as server:
        a = socket.create_connection(server.getsockname())
        b, _ = server.accept()
        for s in (a, b):
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            s.getsockname()
            s.getpeername()
            s.settimeout(1)
        a.sendall(b"x" * 100)
        b.recv(10)
        b.recv(10, socket.MSG_PEEK)
        b.recv_into(bytearray(5))
        a.sendmsg([b"a", b"b"])
        b.recvmsg(10)
        with tempfile.TemporaryFile() as f:
            f.write(b"z" * 100)
            f.seek(0)
            a.sendfile(f)
        select.select([b], [], [], 0.1)
        p = select.poll()
        p.register(b)
        p.poll(10)
        e = select.epoll()
        e.register(b)
        e.poll(0.01)
        e.modify(b, select.EPOLLIN)
        e.unregister(b)
        e.close()
        a.shutdown(socket.SHUT_WR)
        a.close()
        b.close()
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.bind(("127.0.0.1", 0))
    u.sendto(b"x", u.getsockname())
    u.recvfrom(10)
    u.close()
    with contextlib.suppress(OSError):
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    socket.getaddrinfo("localhost", 80)
    socket.gethostbyname("localhost")
    socket.gethostname()
    socket.getfqdn()
    socket.if_nameindex()
    with contextlib.suppress(OSError):
        socket.gethostbyname("www.example.invalid")
    with contextlib.suppress(OSError):
        socket.gethostbyaddr("127.0.0.1")
    un = socket.socket(socket.AF_UNIX)
    path = tempfile.mktemp()
    un.bind(path)
    un.listen()
    c = socket.socket(socket.AF_UNIX)
    c.connect(path)
    d, _ = un.accept()
    socket.send_fds(c, [b"x"], [0])
    socket.recv_fds(d, 1, 1)
    os.unlink(path)
    ssl.create_default_context()
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), socketserver.StreamRequestHandler)
    t = threading.Thread(target=server.serve_forever)
    t.start()
    socket.create_connection(server.server_address).close()
    time.sleep(0.05)
    server.shutdown()
    t.join()
    server.server_close()


async def loops(folder):
    async def handle(reader, writer):
        writer.write(await reader.read(100))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    r, w = await asyncio.open_connection(*server.sockets[0].getsockname())
    w.write(b"salut")
    await w.drain()
    await r.read()
    w.close()
    await w.wait_closed()
    server.close()
    path = os.path.join(folder, "local")
    local = await asyncio.start_unix_server(handle, path)
    r, w = await asyncio.open_unix_connection(path)
    w.write(b"x")
    await w.drain()
    await r.read()
    local.close()
    p = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1)
    print(await p.communicate(b"x"))
    p = await asyncio.create_subprocess_shell("exit 3")
    await p.wait()
    await asyncio.to_thread(time.sleep, 0.01)
    await asyncio.sleep(0.01)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, lambda: None)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.sleep(0.01)
    t, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
    )
    t.sendto(b"x", t.get_extra_info("sockname"))
    await asyncio.sleep(0.01)
    t.close()
    await loop.getaddrinfo("localhost", 80)
    with contextlib.suppress(Exception):
        await loop.connect_read_pipe(asyncio.Protocol, sys.stdin)
    a, b = socket.socketpair()
    a.setblocking(False)
    b.setblocking(False)
    await loop.sock_sendall(a, b"x")
    await loop.sock_recv(b, 1)
    async with asyncio.timeout(1):
        await asyncio.gather(*(asyncio.sleep(0) for _ in range(10)))


def small():
    os.cpu_count()
    os.getloadavg()
    os.times()
    os.uname()
    os.urandom(4)
    random.random()
    uuid.uuid1()
    time.sleep(0.01)
    time.process_time()
    time.monotonic()
    time.thread_time()
    time.get_clock_info("monotonic")
    time.clock_getres(time.CLOCK_PROCESS_CPUTIME_ID)
    resource.getrusage(0)
    resource.getrlimit(0)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    os.sched_setaffinity(0, os.sched_getaffinity(0))
    os.sched_getscheduler(0)
    os.sched_getparam(0)
    os.sched_get_priority_max(0)
    os.sched_yield()
    os.nice(1)
    os.getpriority(0, 0)
    os.sysconf("SC_PAGESIZE")
    platform.platform()
    locale.setlocale(locale.LC_ALL, "")
    zoneinfo.ZoneInfo("UTC")
    datetime.datetime.now()
    hashlib.sha256(b"x")
    with contextlib.suppress(Exception):
        getpass.getuser()
        pathlib.Path("~").expanduser()
        os.getlogin()
    with contextlib.suppress(Exception):
        os.get_terminal_size()
        os.ttyname(0)
        os.isatty(0)
    with contextlib.suppress(Exception):
        old = termios.tcgetattr(0)
        tty.setcbreak(0)
        termios.tcflush(0, termios.TCIFLUSH)
        termios.tcsetattr(0, termios.TCSADRAIN, old)
        termios.tcdrain(0)
        os.tcgetpgrp(0)
    x = [bytearray(1 << 20) for _ in range(40)]
    x.clear()
    y = bytearray(1 << 22)
    y.extend(bytes(1 << 22))
    import ctypes
    import ctypes.util
    import faulthandler
    import gc

    faulthandler.enable()
    gc.collect()
    os.getrandom(4)
    sys.stdout.flush()
    with contextlib.suppress(OSError):
        os.eventfd(0)
    with contextlib.suppress(Exception):
        ctypes.util.find_library("c")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for step in (
            lambda: files(folder),
            processes,
            threads,
            signals,
            sockets,
            lambda: asyncio.run(loops(folder)),
            small,
        ):
            try:
                step()
            except Exception:
                import traceback

                traceback.print_exc()
    print("fini")


if __name__ == "__main__":
    main()
