#!/bin/sh
# Sans mandataire, donne au chat le certificat que certbot vient de renouveler : à copier en
# /etc/letsencrypt/renewal-hooks/deploy/chat. Personne n'est déconnecté.
set -e
install -m 640 -g chat "$RENEWED_LINEAGE/fullchain.pem" /etc/chat_room/tls.pem
install -m 640 -g chat "$RENEWED_LINEAGE/privkey.pem" /etc/chat_room/tls-key.pem
systemctl reload chat
