"""The servers under test: the demo and a real Odoo, each over stdio and over HTTP."""

import contextlib
import os
import shlex
import socket
import subprocess
import tempfile
import time
import urllib.request
import uuid
import xmlrpc.client
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "clients"
# What the checks call, read and use beside what ships.
DEFINITIONS = ROOT / "tests" / "clients" / "definitions"


@dataclass
class Server:
    """How a client reaches a server: a command that it starts, or a URL."""

    name: str
    command: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    url: str | None = None

    def of(self, bundle):
        """The same server, of these bundles (`sales`, `sales+crm`) alone."""
        name = f"{self.name}, {bundle}"
        if self.url:
            return Server(name, url=f"{self.url}/{bundle}")
        return Server(name, [*self.command, "--bundle", bundle], self.env)


def clean_env(home):
    """Nothing of this machine's own configuration reaches the server. Its users may keep prompts of their own."""
    return {"PATH": os.environ["PATH"], "HOME": home, "TOOLDOO_DEFINITIONS__PERSONAL": f"{home}/prompts"}


def variables(file):
    pairs = (line.split("=", 1) for line in shlex.split(file.read_text()))
    return dict(pairs)


def real_odoos():
    """By version, what an admin would set to reach the Odoos of the tests: the one that the environment names, and
    those that `tests/odoo/up` has brought up."""
    found = {}
    given = [variables(file) for file in sorted((ROOT / ".cache").glob("odoo-*/env"), reverse=True)]
    if os.environ.get("TOOLDOO_TEST_ODOO_URL"):
        given.append(os.environ)
    elif os.environ.get("TOOLDOO_TEST_ODOO_REQUIRED"):
        raise SystemExit("clients: a real Odoo is required, and `TOOLDOO_TEST_ODOO_URL` is not set.")
    for one in given:
        found[one["TOOLDOO_TEST_ODOO_VERSION"].split(".")[0]] = {
            "ODOO_URL": one["TOOLDOO_TEST_ODOO_URL"],
            "ODOO_DB": one["TOOLDOO_TEST_ODOO_DB"],
            "ODOO_USERNAME": one["TOOLDOO_TEST_ODOO_LOGIN"],
            "ODOO_API_KEY": one["TOOLDOO_TEST_ODOO_API_KEY"],
        }
    return found


# What the checks create has a name that begins so, and `clean` removes it from a real Odoo.
MADE = f"Tooldoo Test client {uuid.uuid4()}"


def clean(odoo):
    common = xmlrpc.client.ServerProxy(f"{odoo['ODOO_URL']}/xmlrpc/2/common")
    models = xmlrpc.client.ServerProxy(f"{odoo['ODOO_URL']}/xmlrpc/2/object")
    database, key = odoo["ODOO_DB"], odoo["ODOO_API_KEY"]
    user = common.authenticate(database, odoo["ODOO_USERNAME"], key, {})
    for model, field_ in (("sale.order", "client_order_ref"), ("res.partner", "name")):
        ids = models.execute_kw(database, user, key, model, "search", [[[field_, "=like", f"{MADE}%"]]])
        models.execute_kw(database, user, key, model, "unlink", [ids])


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
def real(binary, transport, home, version, odoo):
    """`tooldoo serve`, on a real Odoo that the environment names."""
    env = clean_env(home) | odoo
    if transport == "stdio":
        yield Server(f"odoo {version} stdio", [binary, "serve"], env)
    else:
        with listening(f"odoo {version} http", [binary, "serve", "--http"], env) as server:
            yield server
