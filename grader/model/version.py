"""La version du correcteur : d'une version à l'autre, une même copie peut être jugée autrement."""

VERSION = "2.0"
