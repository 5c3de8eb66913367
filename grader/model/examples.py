"""Ce qu'on met à la place d'un nom, dans une commande à montrer ou à coller, ou qu'on tape."""

# Un vrai site pour chaque URL : celles de l'essai n'existent que dans le faux Internet.
# Aucun n'est dans le sujet : un script qui n'y obéit pas se voit.
URLS = ("https://www.python.org", "https://www.gnu.org", "https://www.debian.org")
LIST = "urls.txt"
HOST, PORT = "127.0.0.1", 8888  # ceux du sujet
