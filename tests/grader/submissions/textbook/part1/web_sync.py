import sys

import requests


def get_content(url: str) -> bytes:
    response = requests.get(url, timeout=10)
    return response.content


def write_content(content: bytes, file: str) -> None:
    with open(file, "wb") as output:
        output.write(content)


if len(sys.argv) != 2:
    print("Usage : python web_sync.py URL")
    sys.exit(1)

content = get_content(sys.argv[1])
write_content(content, "/tmp/web_page")
print(f"Page enregistrée : {len(content)} octets")
