import asyncio
import sys

import aiofiles
import aiohttp


def read_urls(file: str) -> list[str]:
    with open(file, encoding="utf-8") as lines:
        return [line.strip() for line in lines if line.strip()]


def name_of(url: str) -> str:
    name = url.removeprefix("https://").removeprefix("http://")
    return name.rstrip("/").replace("/", "%2F")


async def get_content(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.get(url) as response:
        return await response.read()


async def write_content(content: bytes, file: str) -> None:
    async with aiofiles.open(file, "wb") as output:
        await output.write(content)


async def download(session: aiohttp.ClientSession, url: str) -> None:
    content = await get_content(session, url)
    await write_content(content, f"/tmp/web_{name_of(url)}")
    print(f"{url} : {len(content)} octets")


async def main(urls: list[str]) -> None:
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(download(session, url) for url in urls))


if len(sys.argv) != 2:
    print("Usage : python web_async_multiple.py FICHIER")
    sys.exit(1)

asyncio.run(main(read_urls(sys.argv[1])))
