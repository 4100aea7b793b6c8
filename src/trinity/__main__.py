"""`python -m trinity`: the program, for launchers that start a module, as torchrun does."""

from trinity.cli.main import run

if __name__ == "__main__":
    run()
