"""Une image en caractères de couleur, sur un terminal.

Une image vient d'un inconnu. Pillow ne reçoit donc que ce qui en décrit les pixels : commentaires,
profils et vignettes, où il passerait une demi-seconde pour 1 Mo hostile, restent dehors.
"""

import math
import os
from io import BytesIO

from ascii_magic import AsciiArt, Back  # type: ignore[import-untyped]
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from chatroom.common.images import Picture, inspect
from chatroom.common.metadata import DAMAGED, pixels
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = (5, 6, 7, 8)  # largeur et hauteur y sont échangées

BANDS = 16  # au moins : d'un seizième d'image, une copie prend 4 Mo
GREY = (128, 128, 128)  # derrière la transparence : un dessin noir s'y voit, un blanc aussi


def ascii_art(data: bytes, columns: int, rows: int, limits: Limits, colour: bool = True) -> str:
    """Dessine une image dans `columns` x `rows` caractères au plus, sans déformer.

    Les lignes sont séparées par « \\n » ; en couleurs, chacune remet le terminal comme il était.
    ChatError si l'image est refusée ou abîmée. Peut prendre une seconde : à appeler dans un fil.
    """
    picture = inspect(data, limits)
    content, orientation = pixels(data)
    sideways = orientation in SIDEWAYS
    width, height = picture.width, picture.height
    if sideways:
        width, height = height, width
    columns, rows = max(1, min(columns, limits.columns)), max(1, min(rows, limits.rows))
    columns, rows = _fit(width, height, columns, rows)
    image = _decode(picture, content, (rows, columns) if sideways else (columns, rows))
    if orientation in TURNS:
        image = image.transpose(TURNS[orientation])
    # L'image a déjà la taille voulue : avec un rapport de 1, ascii_magic n'y touche pas. Laissé
    # libre, il passe 25 s sur une image de 1 x 500, et lève ValueError sur une de 500 x 1.
    drawing = AsciiArt.from_pillow_image(image)
    if colour:
        # Le fond noir garde ses couleurs à l'image sur un terminal clair.
        art = drawing.to_file(os.devnull, columns=columns, width_ratio=1.0, back=Back.BLACK)
    else:
        art = drawing.to_ascii(columns=columns, width_ratio=1.0)
    return str(art).removesuffix("\n")


def _fit(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """Le plus grand dessin, en caractères, qui garde les proportions d'une image en pixels."""
    # Un caractère est à peu près deux fois plus haut que large.
    if height * columns > 2 * width * rows:
        return max(1, round(2 * width * rows / height)), rows
    return columns, max(1, round(height * columns / (2 * width)))


def _decode(picture: Picture, content: bytes, size: tuple[int, int]) -> Image.Image:
    """L'image en RVB, ramenée à `size` ; ChatError si ses pixels ne se décodent pas."""
    reader = PngImageFile if picture.kind == "PNG" else JpegImageFile
    try:
        # La classe plutôt qu'Image.open : celui-ci essaie d'autres formats, et prévient par
        # warnings, qu'un fil ne peut taire sans le taire aux autres.
        with reader(BytesIO(content)) as image:
            if image.size != (picture.width, picture.height):  # une seconde taille, plus loin
                raise ValueError("deux tailles")
            image.draft("RGB", size)  # un JPEG se décode huit fois plus petit ; un PNG, non
            image.load()
            return _shrink(image, size)
    # Devant des octets hostiles, Pillow lève bien plus que ce que dit sa documentation.
    except Exception as error:
        raise ChatError(DAMAGED) from error


def _shrink(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """L'image en RVB, de cette taille, faite d'une bande à la fois.

    D'un coup, chaque conversion en ferait une copie entière : 64 Mo de plus, et 64 encore.
    """
    columns, rows = size
    finer = rows * math.ceil(BANDS / rows)
    canvas = Image.new("RGB", (columns, finer), GREY)
    for row in range(finer):
        top, bottom = row * image.height / finer, (row + 1) * image.height / finer
        first = math.floor(top)
        band = _opaque(image.crop((0, first, image.width, math.ceil(bottom))))
        box = (0, top - first, band.width, bottom - first)
        line = band.resize((columns, 1), Image.Resampling.BOX, box)
        canvas.paste(line, (0, row), line if line.mode == "RGBA" else None)
    return canvas.resize(size, Image.Resampling.BOX)


def _opaque(band: Image.Image) -> Image.Image:
    """Ces lignes en RVB, ou en RVBA si l'on voit à travers."""
    if band.mode == "I;16":  # convert() couperait à 255 au lieu de ramener 65 535 à 255
        band = band.point(lambda level: level / 256).convert("L")
    mode = "RGBA" if band.has_transparency_data else "RGB"
    return band if band.mode == mode else band.convert(mode)
