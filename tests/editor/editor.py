"""Lints files with the schemas that they name, and drives the language server as an editor does."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import tempfile
import threading
from pathlib import Path

ROOT, BINARY = Path(sys.argv[1]), sys.argv[2]
TOMBI = str(Path(sys.executable).parent / "tombi")
TIMEOUT = 60


def lint(*paths):
    """Exit status and text of a lint, without a network and without colours."""
    done = subprocess.run(
        [TOMBI, "lint", "--offline", *map(str, paths)], capture_output=True, text=True, timeout=TIMEOUT, cwd=ROOT
    )
    return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


def check(what, holds, details=""):
    print(f"{'ok    ' if holds else 'FAILED'} {what}")
    if not holds:
        sys.exit(f"{what}:\n{details}")


class Editor:
    """A client of the language server: JSON-RPC over its stdin and stdout."""

    def __init__(self, directory):
        self.server = subprocess.Popen(
            [TOMBI, "lsp", "--offline"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=directory,
        )
        # A server that says nothing fails the run, it does not hang it.
        self.watchdog = threading.Timer(TIMEOUT, self.server.kill)
        self.watchdog.start()
        self.last = 0
        uri = directory.as_uri()
        self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": "tools"}],
                "capabilities": {"textDocument": {"completion": {"completionItem": {"snippetSupport": False}}, "hover": {}}},
            },
        )
        self.notify("initialized", {})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.server.stdin.flush()

    def receive(self):
        length = None
        while True:
            line = self.server.stdout.readline()
            if not line:
                sys.exit("the language server ended, or said nothing for too long")
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            if line == b"\r\n":
                return json.loads(self.server.stdout.read(length))

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def request(self, method, params):
        self.last += 1
        self.send({"id": self.last, "method": method, "params": params})
        while True:
            message = self.receive()
            if "method" in message:
                # The server asks too: nothing that it asks for is here.
                if "id" in message:
                    asked = (message.get("params") or {}).get("items", [])
                    self.send({"id": message["id"], "result": [None] * len(asked) if asked else None})
            elif message.get("id") == self.last:
                return message.get("result")

    def open(self, path, text):
        self.uri = path.as_uri()
        document = {"uri": self.uri, "languageId": "toml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def at(self, method, line, character, **more):
        position = {"line": line, "character": character}
        return self.request(f"textDocument/{method}", {"textDocument": {"uri": self.uri}, "position": position, **more})

    def completions(self, line, character, expected):
        # The server reads a schema, and what was opened, in the background: what it offers before is something else.
        for _ in range(50):
            found = self.at("completion", line, character, context={"triggerKind": 1}) or []
            labels = [item["label"] for item in (found["items"] if isinstance(found, dict) else found)]
            if set(expected) <= set(labels):
                break
            time.sleep(0.1)
        return labels

    def hover(self, line, character, expected):
        # It answers while it still takes in what was opened: what it says then is about the text before.
        for _ in range(50):
            said = json.dumps(self.at("hover", line, character))
            if expected in said:
                break
            time.sleep(0.1)
        return said

    def close(self):
        self.watchdog.cancel()
        self.server.kill()
        self.server.wait()


def completes(editor, path, before, expected, what):
    """What is offered on the empty line after this text."""
    text = path.read_text().splitlines()[0] + "\n" + before + "\n\n"
    editor.open(path, text)
    offered = editor.completions(text.count("\n") - 1, 0, expected)
    check(what, set(expected) <= set(offered), f"expected {expected}, offered {offered}")


def main():
    status, text = lint("tools.d", "config.example.toml")
    check("what ships has no error and no warning", status == 0 and "Warning" not in text, text)

    with tempfile.TemporaryDirectory() as place:
        place = Path(place).resolve()
        run = lambda *arguments: subprocess.run([BINARY, *map(str, arguments)], check=True, capture_output=True, timeout=TIMEOUT)
        run("init", place)
        status, text = lint(place / "tools.d", place / "config.toml")
        check("what `init` writes has neither", status == 0 and "Warning" not in text, text)

        # The shapes that `generate` writes, as its snapshots hold them.
        for snapshot in sorted((ROOT / "tests/snapshots").glob("generate__*.snap")):
            body = snapshot.read_text().split("---\n", 2)[2]
            (place / "tools.d" / f"{snapshot.stem.removeprefix('generate__')}_made.toml").write_text(body)
        made = sorted((place / "tools.d").glob("*_made.toml"))
        status, text = lint(*made)
        check("what `generate` writes has neither", made and status == 0 and "Warning" not in text, text)

        wrong = place / "tools.d" / "wrong.toml"
        first = "#:schema ../schema/definitions.schema.json\n"
        tool = '[[tool]]\nname = "x"\ndescription = "y"\nmodel = "res.partner"\n'
        wrong.write_text(f"{first}{tool}[tool.search_read]\ndomian = []\n")
        status, text = lint(wrong)
        check("a wrong key is an error, at its line", status != 0 and "domian" in text and "wrong.toml:7" in text, text)
        config = place / "wrong_config.toml"
        config.write_text("#:schema schema/config.schema.json\n[server]\nnaem = \"x\"\n")
        status, text = lint(config)
        check("so is one of the configuration", status != 0 and "naem" in text, text)

        editor = Editor(place)
        try:
            file = place / "tools.d" / "new.toml"
            file.write_text(first)
            completes(editor, file, f"{tool}[tool.search_read]", ["domain", "fields", "limit", "order"], "`[tool.search_read]` offers its keys")
        finally:
            editor.close()
        editor = Editor(place)
        try:
            file.write_text(first)
            completes(editor, file, "[[tool]]", ["name", "model", "confirm", "search_read"], "`[[tool]]` offers its keys")
            editor.open(file, f"{first}{tool}[tool.search_read]\ndomain = []\n")
            hover = editor.hover(6, 2, "The Odoo domain")
            check("a key explains itself", "The Odoo domain" in hover, hover)
        finally:
            editor.close()
        config = place / "new_config.toml"
        config.write_text("#:schema schema/config.schema.json\n")
        editor = Editor(place)
        try:
            completes(editor, config, "[http]", ["listen", "path"], "the configuration's `[http]` offers its keys")
        finally:
            editor.close()


main()
