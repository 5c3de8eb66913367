"""Ce que partagent le serveur et le client, et rien d'autre."""
