"""Des processus dont on n'est pas le parent, ou dont le parent vient de mourir."""

from pathlib import Path


def is_over(process: int) -> bool:
    """Il n'est plus là, ou n'attend que d'être compté parmi les morts."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] in "ZX"


def children_of(process: int) -> list[int]:
    """Ses enfants, du plus ancien au plus récent."""
    listing = Path(f"/proc/{process}/task/{process}/children")
    return [int(number) for number in listing.read_text(encoding="ascii").split()]
