"""web_async_multiple.py : ensemble, mais pas sans bornes."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from local_site import Site
from mesure_support.runs import SCRIPTS
from mesure_support.site import local_site
from web_async_multiple import file_for

from tests.support.processes import limited, run
from tests.support.web import Server

# Un processus né de celui-ci hériterait de son pic de mémoire : un petit Python le lance et mesure.
MEASURED = """
import resource, subprocess, sys
code = subprocess.call([sys.executable, *sys.argv[2:]])
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


def test_a_hundred_connections_no_fewer_no_more(server: Server, tmp_path: Path) -> None:
    listing = tmp_path / "urls.txt"
    # Le serveur ne sert aucune des cent premières tant qu'elles ne sont pas toutes là.
    paths = [f"{'together/100/' if number < 100 else ''}{number}" for number in range(1000)]
    listing.write_text("\n".join(f"{server.url}/{path}" for path in paths))
    result = run("part1/web_async_multiple.py", str(listing))
    assert (result.returncode, result.stderr) == (0, "")
    assert server.requests.total() == 1000
    assert server.most_in_flight == 100
    assert server.connections == 100  # une même session : elles resservent


@pytest.mark.busy
def test_ten_thousand_pages_with_few_descriptors_and_little_memory(tmp_path: Path) -> None:
    pages, size, seed = 10_000, 20_000, 7
    listing, output = tmp_path / "urls.txt", tmp_path / "output.txt"
    with local_site(pages, (0, 0), size, seed) as urls, output.open("wb") as log:
        listing.write_text("\n".join(urls))
        peak = tmp_path / "peak"
        command = [sys.executable, "-c", MEASURED, str(peak), str(SCRIPTS["async"]), str(listing)]
        with limited(resource.RLIMIT_NOFILE, 256):
            process = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False)
    site = Site(pages, (0, 0), size, seed)
    files = [file_for(url) for url in urls]
    try:
        assert process.returncode == 0, output.read_text()[-1000:]
        wrong = [n for n, file in enumerate(files, 1) if site.draw(n)[1] != file.read_bytes()]
        assert wrong == []
    finally:
        for file in files:
            file.unlink(missing_ok=True)
    assert int(peak.read_text()) / 1024 < 200
