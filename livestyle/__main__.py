"""python -m livestyle"""

from livestyle.cli import run

run()
