"""Ce que le projet dit à une personne : en français, et sans danger.

Pour le correcteur, le chat et les mesures ; les scripts de part1/ et de part2/ restent autonomes.
"""
