"""Les rapports : terminal, JSON, page web. Tout ce qui vient d'une copie y est neutralisé."""
