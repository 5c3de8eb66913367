import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def measure(script: str, file: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, HERE / script, file], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if len(sys.argv) != 2:
    print("Usage : python mesure.py FICHIER")
    sys.exit(1)

sync = measure("web_sync_multiple.py", sys.argv[1])
together = measure("web_async_multiple.py", sys.argv[1])
print(f"Synchrone : {sync:.2f} s")
print(f"Asynchrone : {together:.2f} s")
