"""Le faux Internet d'une arène : noms, pages, et de quoi voir qui s'y connecte à qui."""
