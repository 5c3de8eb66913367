"""Les tests du protocole."""
