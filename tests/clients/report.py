"""One line per check, and a count at the end."""

import contextlib
import sys
import threading
import time


class Report:
    def __init__(self, words):
        self.words = words
        self.passed = self.failed = 0
        self.one_at_a_time = threading.Lock()

    def wants(self, name):
        return all(word in name for word in self.words)

    @contextlib.contextmanager
    def check(self, name):
        """What is raised in the block fails the check of that name, and nothing else."""
        started = time.monotonic()
        try:
            yield
        except Exception as error:
            while isinstance(error, BaseExceptionGroup):
                error = error.exceptions[0]
            with self.one_at_a_time:
                self.failed += 1
                print(f"FAILED {name}: {type(error).__name__}: {error}", flush=True)
        else:
            with self.one_at_a_time:
                self.passed += 1
                print(f"ok {name} ({time.monotonic() - started:.2f} s)", flush=True)

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)


def same(got, expected):
    assert got == expected, f"expected {expected!r}, got {got!r}"


def holds(text, *pieces):
    missing = [piece for piece in pieces if piece not in text]
    assert not missing, f"{missing!r} not in {text!r}"
