"""Un script par affirmation ; chacun affiche un tableau, à côté de ses pairs."""
