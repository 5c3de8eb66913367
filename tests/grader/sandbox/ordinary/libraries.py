# ruff: noqa
# mypy: ignore-errors
"""Les bibliothèques que les copies emploient, chacune un peu."""

import asyncio
import contextlib
import os
import time

import aioconsole
import aiofiles
import aiofiles.os
import aiohttp
import colorama
import psutil
import requests
from aiohttp import web
from rich.console import Console
from rich.progress import Progress, track


def do(f):
    try:
        f()
    except Exception as e:
        print("!!", getattr(f, "__name__", f), repr(e), flush=True)


def rich_():
    Console().print("[red]x[/red]")
    for _ in track(range(3)):
        pass
    with Progress() as p:
        t = p.add_task("a", total=2)
        p.advance(t)
    with Console().status("x"):
        time.sleep(0.05)


def colorama_():
    colorama.init()
    print(colorama.Fore.RED + "x")
    colorama.deinit()
    colorama.just_fix_windows_console()


def psutil_():
    p = psutil.Process()
    p.memory_info()
    p.cpu_percent()
    p.cpu_times()
    p.num_threads()
    p.open_files()
    p.net_connections()
    p.children()
    p.name()
    p.exe()
    p.cmdline()
    p.status()
    p.username()
    p.nice()
    p.io_counters()
    p.cpu_affinity()
    p.memory_full_info()
    p.rlimit(psutil.RLIMIT_NOFILE)
    p.ionice()
    p.num_fds()
    p.threads()
    p.memory_maps()
    p.create_time()
    p.parent()
    psutil.cpu_percent()
    psutil.virtual_memory()
    psutil.swap_memory()
    psutil.disk_usage("/")
    psutil.net_io_counters()
    psutil.net_if_addrs()
    psutil.boot_time()
    psutil.cpu_count(logical=False)
    psutil.pids()
    psutil.net_if_stats()
    psutil.users()
    psutil.getloadavg()
    list(psutil.process_iter(["name"]))
    psutil.cpu_freq()
    with contextlib.suppress(Exception):
        psutil.disk_partitions()
        psutil.net_connections()
        psutil.sensors_temperatures()


async def aio():
    async def hello(r):
        return web.Response(text="x" * 5000)

    app = web.Application()
    app.router.add_get("/", hello)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 18080)
    await site.start()
    async with aiohttp.ClientSession() as s:
        async with s.get("http://127.0.0.1:18080/") as r:
            text = await r.text()
        await asyncio.to_thread(requests.get, "http://127.0.0.1:18080/")
    async with aiofiles.open("/tmp/zz", "w") as f:
        await f.write(text)
    async with aiofiles.open("/tmp/zz") as f:
        await f.read()
    os.unlink("/tmp/zz")
    await runner.cleanup()
    with contextlib.suppress(EOFError, Exception):
        await asyncio.wait_for(aioconsole.ainput("? "), 0.1)
    await aioconsole.aprint("x")


def loop_():
    asyncio.run(aio())


def uv():
    import uvloop

    async def m():
        async def h(r, w):
            w.write(await r.read(10))
            await w.drain()
            w.close()

        s = await asyncio.start_server(h, "127.0.0.1", 0)
        r, w = await asyncio.open_connection(*s.sockets[0].getsockname())
        w.write(b"x")
        await r.read()
        w.close()
        p = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1)
        await p.communicate(b"x")
        await asyncio.get_running_loop().getaddrinfo("localhost", 80)
        await asyncio.to_thread(time.sleep, 0.01)
        await asyncio.wait_for(aioconsole.aprint("x"), 1)
        t, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )
        t.sendto(b"x", t.get_extra_info("sockname"))
        await asyncio.sleep(0.01)
        t.close()
        import signal

        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, lambda: None)
        os.kill(os.getpid(), signal.SIGUSR1)
        await asyncio.sleep(0.01)
        u = await asyncio.start_unix_server(h, "/tmp/zzu")
        u.close()
        os.path.exists("/tmp/zzu") and os.unlink("/tmp/zzu")

    uvloop.run(m())


def plot():
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as p
    import numpy as n

    p.plot(n.arange(10))
    p.savefig("/tmp/zz.png")
    n.linalg.inv(n.eye(200))
    n.random.rand(10)
    n.save("/tmp/zz.npy", n.eye(3))
    n.load("/tmp/zz.npy", mmap_mode="r")


for f in (rich_, colorama_, psutil_, loop_, uv, plot):
    do(f)
print("fini")
