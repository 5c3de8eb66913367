import asyncio
import sys

import aiofiles
import aiohttp


async def get_content(url: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.read()


async def write_content(content: bytes, file: str) -> None:
    async with aiofiles.open(file, "wb") as output:
        await output.write(content)


async def main() -> None:
    content = await get_content(sys.argv[1])
    await write_content(content, "/tmp/web_page")
    print(f"Page enregistrée : {len(content)} octets")


if len(sys.argv) != 2:
    print("Usage : python web_async.py URL")
    sys.exit(1)

asyncio.run(main())
