import asyncio


async def compteur():
    for i in range(11):
        print(i, end=" ", flush=True)
        await asyncio.sleep(0.5)


async def main():
    await asyncio.gather(compteur(), compteur())


asyncio.run(main())
print("fini")
