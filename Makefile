# Chaque cible prépare ce dont elle a besoin : il suffit de python3 et de make.

VENV ?= .venv
BIN := $(VENV)/bin
RECENT := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p $(RECENT) 2>/dev/null && { echo $$p; break; }; done)
VERSIONS := 3.11 3.12 3.13
MESURE ?= --local 10 --runs 3
# Un test attend plus qu'il ne calcule : trois à la fois par cœur.
WORKERS ?= $(shell expr 3 '*' $$(nproc))
PYTEST ?=
GRADE ?=
CLASS ?=
CHAT ?=
CHAOS ?=

# Ce que Python compile, et ce que pytest récrit pour dire ce qu'il compare, se garde d'une fois sur
# l'autre : un processus de test en démarre deux fois plus vite.
unexport PYTHONDONTWRITEBYTECODE

# Ce que l'on écrit là n'est lu ni par make ni par le shell : le nom d'un dossier peut contenir « $ »,
# « ; » ou une commande. Python en fait des mots, comme le shell ; ou un seul, si c'est un fichier.
export MESURE PYTEST GRADE CLASS CHAT CHAOS
$(foreach name,MESURE PYTEST GRADE CLASS CHAT CHAOS,$(eval override $(name) := $$(value $(name))))
define WITH_WORDS
import os, shlex, sys
name, *command = sys.argv[1:]
text = os.environ[name]
try:
    words = [text] if os.path.exists(os.path.expanduser(text)) else shlex.split(text)
except ValueError:
    print(f"{name} : il manque un guillemet.", file=sys.stderr)
    sys.exit(2)
os.execv(command[0], command + [os.path.expanduser(word) for word in words])
endef
export WITH_WORDS
# Lance la commande qui suit, avec les mots de la variable $(1) à la fin.
with_words = $(BIN)/python -I -c "$$WITH_WORDS" $(1)
with = @exec $(with_words)

# pytest, dans un réseau à lui.
PYTEST_ALONE = $(BIN)/python tests/isolated.py $(BIN)/python -m pytest

# Installe la commande $(1), du paquet $(2), si elle manque et si on le peut ; sinon dit comment.
need = @PATH="$$PATH:/usr/sbin" command -v $(1) >/dev/null \
	|| { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq $(2); } \
	|| echo "Il manque $(1) : sudo apt install $(2)"

.PHONY: help grade class doctor mesure chat test page tableur proof groups test-all flaky controles chaos lint format bench clean

help: ## affiche cette liste
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

grade: $(VENV)/ready ## juge ce dépôt, ou une autre copie (GRADE="dossier --html rapport.html")
	$(call need,bwrap,bubblewrap)
	$(call with,GRADE) $(BIN)/python grader

class: $(VENV)/ready ## juge une classe (CLASS="dossier --out notes"), voir docs/classe.md
	$(call need,bwrap,bubblewrap)
	$(call with,CLASS) $(BIN)/python grader class

doctor: $(VENV)/ready ## dit ce qui manque à cette machine pour corriger
	$(BIN)/python grader doctor

mesure: $(VENV)/ready ## mesure ce que l'asynchrone fait gagner (MESURE="urls.txt --plot courbe.png")
	$(call with,MESURE) $(BIN)/python part1/mesure.py

chat: $(VENV)/ready ## démarre le serveur de chat, et dit comment y venir (CHAT="-p 9999")
	$(call with,CHAT) $(BIN)/python bonus/server.py -a 0.0.0.0

test: $(VENV)/ready ## lance tous les tests (PYTEST="-k ii_6" pour en choisir)
	$(call need,curl,curl)
	$(call need,bwrap,bubblewrap)
	$(call with,PYTEST) $(PYTEST_ALONE) -n $(WORKERS) --dist loadgroup \
		-m "not shape and not proof and not browser and not busy and not registry and not office"

page: $(VENV)/ready node_modules/ready ## éprouve les pages web, du chat et du rapport, dans un vrai navigateur
	$(call need,chromium-headless-shell,chromium-headless-shell)
	$(call with,PYTEST) $(PYTEST_ALONE) -n auto --dist loadgroup -m browser

tableur: $(VENV)/ready ## ouvre notes.csv dans LibreOffice Calc : les mêmes cellules, aucune formule
	$(call need,soffice,libreoffice-calc-nogui)
	$(call with,PYTEST) $(PYTEST_ALONE) -m office

proof: $(VENV)/ready ## prouve le correcteur (mutants, copies inhabituelles, attaques), et les durées annoncées
	$(call need,bwrap,bubblewrap)
	$(call need,nc.openbsd,netcat-openbsd)
	$(call need,curl,curl)
	$(call need,nginx,nginx libnginx-mod-stream)
	$(call need,caddy,caddy)
	$(call need,sqlite3,sqlite3)
	$(call need,strace,strace)
	@$(call with_words,PYTEST) $(PYTEST_ALONE) -n auto --dist loadgroup --timeout 1500 -m proof; \
	proved=$$?; [ $$proved = 0 ] || [ $$proved = 5 ] || exit $$proved; \
	echo "Puis, un par un, les tests qui comparent des durées :"; \
	$(call with_words,PYTEST) $(PYTEST_ALONE) -m busy; compared=$$?; \
	[ $$compared != 5 ] || exit $$proved; exit $$compared  # 5 : PYTEST n'en choisit aucun

# Hors du réseau à part : pip doit atteindre un registre de paquets.
groups: $(VENV)/ready ## installe le correcteur, et seul chaque groupe de dépendances du chat, et s'en sert
	$(call need,debootstrap,debootstrap)
	$(call with,PYTEST) $(BIN)/python -m pytest --timeout 1200 -m registry

test-all: ## lance les tests avec chaque version de Python présente
	@for v in $(VERSIONS); do \
		p=$$(command -v python$$v); \
		"$$p" $(RECENT) 2>/dev/null || p=$$(pyenv prefix $$v 2>/dev/null)/bin/python$$v; \
		if "$$p" $(RECENT) 2>/dev/null; then \
			$(MAKE) --no-print-directory test VENV=.venv-$$v PYTHON=$$p || exit 1; \
		else echo "Python $$v est absent de cette machine : rien n'est testé avec lui."; fi; \
	done

flaky: $(VENV)/ready ## vingt corrections de suite, machine chargée : aucun verdict ne doit bouger
	$(call need,bwrap,bubblewrap)
	$(BIN)/python tests/grader/flaky.py

controles: $(VENV)/ready ## récrit, dans docs/controles.md, ce qui vient de grader/steps.toml
	$(BIN)/python -m tests.grader.controles

chaos: $(VENV)/ready ## le chat à l'épreuve : kill -9, clients sourds, tempêtes, attaques (CHAOS="--kills 5")
	$(call with,CHAOS) $(BIN)/python -m tests.bonus.chaos

lint: $(VENV)/ready node_modules/ready ## vérifie le style, les types et la forme du dépôt
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy part1 part2 bonus grader wording benchmarks tests
	node_modules/.bin/tsc -p jsconfig.json
	$(BIN)/python -m pytest -q -o verbosity_assertions=2 -m shape

format: $(VENV)/ready ## remet le code en forme
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/ready ## compare à curl, à Redis et à NATS ; quelques minutes
	$(call need,curl,curl)
	$(call need,redis-server,redis-server)
	$(call need,nats-server,nats-server)
	$(call need,chromium,chromium)
	$(BIN)/python benchmarks/fetch.py
	$(BIN)/python benchmarks/fanout.py
	$(BIN)/python benchmarks/idle.py
	$(BIN)/python benchmarks/history.py
	$(BIN)/python benchmarks/page.py

clean: ## efface les environnements et les caches
	rm -rf .venv .venv-* node_modules .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/ready: requirements.txt constraints.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Il faut Python 3.11 ou plus récent."; exit 1; }
	@echo "Préparation de $(VENV) avec $$($(PYTHON) --version) : une minute, la première fois."
	@$(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 \
		|| { [ "$$(id -u)" = 0 ] && apt-get install -y -qq python3-venv \
			&& $(PYTHON) -m venv --clear $(VENV); } \
		|| { echo "Il manque le module venv de Python : sudo apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt pip
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -r requirements.txt --group dev
	@touch $@

# De quoi vérifier la page web, dont elle-même n'a pas besoin.
node_modules/ready: package-lock.json
	$(call need,npm,npm)
	@npm ci --silent --no-audit --no-fund && touch $@ || echo "La page web ne sera pas vérifiée."
