"""Les tests du chat."""
