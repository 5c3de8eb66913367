import asyncio


async def count() -> None:
    for number in range(1, 11):
        print(number)
        await asyncio.sleep(0.5)


loop = asyncio.new_event_loop()
tasks = [loop.create_task(count()), loop.create_task(count())]
loop.run_until_complete(asyncio.wait(tasks))
loop.close()
