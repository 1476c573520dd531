"""The servers under test: the demo and a real Odoo, each over stdio and over HTTP."""

import contextlib
import os
import socket
import subprocess
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "clients"


@dataclass
class Server:
    """How a client reaches a server: a command that it starts, or a URL."""

    name: str
    command: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    url: str | None = None


def clean_env(home):
    """Nothing of this machine's own configuration reaches the server."""
    return {"PATH": os.environ["PATH"], "HOME": home}


def real_odoo_env():
    """What an admin would set to reach the Odoo of the tests, or None where there is none."""
    given = os.environ
    if not given.get("TOOLDOO_TEST_ODOO_URL"):
        if given.get("TOOLDOO_TEST_ODOO_REQUIRED"):
            raise SystemExit("clients: a real Odoo is required, and `TOOLDOO_TEST_ODOO_URL` is not set.")
        return None
    return {
        "ODOO_URL": given["TOOLDOO_TEST_ODOO_URL"],
        "ODOO_DB": given["TOOLDOO_TEST_ODOO_DB"],
        "ODOO_USERNAME": given["TOOLDOO_TEST_ODOO_LOGIN"],
        "ODOO_API_KEY": given["TOOLDOO_TEST_ODOO_API_KEY"],
    }


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def listening(name, command, env):
    """Runs a server that listens on HTTP, until the block ends."""
    port = free_port()
    env = env | {"TOOLDOO_HTTP__LISTEN": f"127.0.0.1:{port}"}
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 30
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5)
                    break
                except OSError as error:
                    if process.poll() is not None or time.monotonic() > deadline:
                        log.seek(0)
                        state = f"exit {process.poll()}, {error}"
                        raise RuntimeError(f"`{' '.join(command)}` is not up ({state}):\n{log.read()}")
                    time.sleep(0.05)
            yield Server(name, url=f"http://127.0.0.1:{port}/mcp")
        except BaseException:
            process.kill()
            process.wait()
            raise
        process.terminate()
        status = process.wait(timeout=30)
        assert status == 0, f"exit {status} after SIGTERM"


@contextlib.contextmanager
def demo(binary, transport, home, *arguments):
    """`tooldoo demo`, on its embedded Odoo."""
    command = [binary, "demo", *arguments]
    if transport == "stdio":
        yield Server("demo stdio", [*command, "--stdio"], clean_env(home))
    else:
        with listening("demo http", command, clean_env(home)) as server:
            yield server


@contextlib.contextmanager
def real(binary, transport, home, odoo):
    """`tooldoo serve`, on a real Odoo that the environment names."""
    env = clean_env(home) | odoo
    if transport == "stdio":
        yield Server("odoo stdio", [binary, "serve"], env)
    else:
        with listening("odoo http", [binary, "serve", "--http"], env) as server:
            yield server
