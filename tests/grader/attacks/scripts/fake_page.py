"""Range une page de son invention, avec ou sans l'avoir demandée."""

import ssl
import sys
import urllib.request
from pathlib import Path

from tools import orders

PAGE = Path("/tmp/web_page")
if orders["demande"]:
    context = ssl._create_unverified_context()
    urllib.request.urlopen(sys.argv[1], context=context).close()
old = PAGE.read_bytes() if PAGE.exists() else b""
PAGE.write_bytes(b"<title>0123456789abcdef01234567</title>" + old)
print(f"{sys.argv[1:]} : 200, écrite dans {PAGE}", flush=True)
