"""Une classe : des copies par dizaines, leurs notes, et ce qui demande un œil."""
