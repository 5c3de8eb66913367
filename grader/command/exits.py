"""Les codes de sortie, que l'aide et le README disent aussi."""

OK = 0
NOT_FULL = 1
BAD_INPUT = 2
GRADER_ERROR = 3
NO_SANDBOX = 4
NOT_JUDGED = 5
INTERRUPTED = 130

CLASS_MEANING = """\
Code de sortie : 0 toutes les copies ont leur rapport, 2 demande ou classe incorrecte, 3 le
correcteur s'est trompé, 4 pas de bac à sable, 5 une copie n'a pas de rapport, 130 Ctrl-C.
"""

MEANING = """\
Code de sortie : 0 tout est juste, 1 des points manquent, 2 demande ou copie incorrecte, ou
machine qui ne s'y prête pas, 3 le correcteur s'est trompé, 4 pas de bac à sable, 5 une partie
n'a pu être jugée, 130 Ctrl-C.
"""
