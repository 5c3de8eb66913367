"""Le correcteur, vu de qui le lance : la ligne de commande, le processus, les codes de sortie."""
