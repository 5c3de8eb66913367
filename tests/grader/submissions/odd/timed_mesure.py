import os
import sys
import time


def chrono(commande):
    debut = time.time()
    os.system(commande)
    return (time.time() - debut) * 1000


fichier = sys.argv[1]
sync = chrono(f"python part1/web_sync_multiple.py {fichier} > /dev/null")
asynchrone = chrono(f"python part1/web_async_multiple.py {fichier} > /dev/null")
print(f"Temps synchrone   : {sync:.1f} ms")
print(f"Temps asynchrone  : {asynchrone:.1f} ms")
print(f"Gain : {sync / asynchrone:.2f}")
