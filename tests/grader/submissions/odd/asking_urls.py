import asyncio

import aiofiles
import aiohttp


async def get_content(url):
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as response:
            return await response.text()


async def write_content(content, file):
    async with aiofiles.open(file, "w", encoding="utf-8", newline="") as f:
        await f.write(content)


async def traiter(url):
    page = await get_content(url)
    nom = url.replace("https://", "").replace("http://", "").strip("/")
    await write_content(page, "/tmp/web_" + nom)
    print("✅", url)


async def main():
    fichier = input("Nom du fichier contenant les URLs : ")
    with open(fichier) as f:
        urls = [ligne.strip() for ligne in f.readlines()]
    await asyncio.gather(*[traiter(url) for url in urls if url != ""])


asyncio.run(main())
