"""Ce que les étages du correcteur se disent : les étapes, les échecs, le rapport."""
