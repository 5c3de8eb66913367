import time


def count() -> None:
    for number in range(1, 11):
        print(number)
        time.sleep(0.5)


count()
count()
