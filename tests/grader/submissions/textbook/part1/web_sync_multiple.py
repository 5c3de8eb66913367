import sys

import requests


def read_urls(file: str) -> list[str]:
    with open(file, encoding="utf-8") as lines:
        return [line.strip() for line in lines if line.strip()]


def name_of(url: str) -> str:
    name = url.removeprefix("https://").removeprefix("http://")
    return name.rstrip("/").replace("/", "%2F")


def get_content(url: str) -> bytes:
    response = requests.get(url, timeout=10)
    return response.content


def write_content(content: bytes, file: str) -> None:
    with open(file, "wb") as output:
        output.write(content)


if len(sys.argv) != 2:
    print("Usage : python web_sync_multiple.py FICHIER")
    sys.exit(1)

for url in read_urls(sys.argv[1]):
    content = get_content(url)
    write_content(content, f"/tmp/web_{name_of(url)}")
    print(f"{url} : {len(content)} octets")
