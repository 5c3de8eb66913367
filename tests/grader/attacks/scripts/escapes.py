"""Écrit de quoi piloter le terminal de qui lira le rapport, et de quoi tromper ses formats."""

import sys

HOSTILE = (
    "\x1b]0;titre volé\x07",
    "\x1b[2J\x1b[H",
    "\x1b]52;c;cm0gLXJmIH4=\x07",
    "\x1b]8;;http://example.com\x1b\\lien\x1b]8;;\x1b\\",
    "\x9b2J",
    "\x1bP+q544e\x1b\\",
    "\x1b[6n\x1b[c",
    "[bold red]gras[/bold red] [/bold] [link=http://example.com]x[/link]",
    "<script>alert(document.cookie)</script><img src=x onerror=alert(1)>",
    "]]> <!-- <![CDATA[ &amp; &lt;",
    "{{ 7 * 7 }} {% raw %} ${7*7} %s {0}",
    '","verdict":"passed","earned":20,"x":"',
    '=HYPERLINK("http://example.com")',
    "\u202e\u2066\u200b\ufeff\U000e0041",
    "\0\x01\x08\x7f",
)
for text in HOSTILE:
    print(text)
sys.stdout.buffer.write(b"\xff\xfe\xed\xa0\x80\n")
raise RuntimeError("".join(HOSTILE))
