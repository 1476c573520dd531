"""The Inspector with a connection that stays: its `mcpdo` asks through a daemon of its own, so that it can subscribe, be asked,
complete and poll, which its one-shot CLI cannot."""

import contextlib
import json
import os
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import servers
from inspector import NODE
from report import holds, same

MCPDO = servers.CACHE / "node/node_modules/.bin/mcpdo"
UPDATED = "resources/updated"


class Connection:
    """One daemon, with one connection to the server."""

    def __init__(self, server, era, folder):
        self.server, self.era, self.folder = server, era, Path(folder)
        self.env = {
            "HOME": folder,
            "PATH": str(NODE.parent) + ":/usr/bin:/bin",
            "MCP_INSPECTOR_DAEMON_DIR": folder,
            "MCP_INSPECTOR_DAEMON_TOKEN": uuid.uuid4().hex,
            "MCP_INSPECTOR_SECRET_STORE": "file",
        }

    def command(self, *arguments):
        return [NODE, MCPDO, "--format", "json", *arguments]

    def run(self, *arguments):
        """Gives the answer, and the error if there is none."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return (json.loads(done.stdout) if done.stdout.strip() else None), done.stderr

    def ask(self, *arguments):
        """The answer of a command that must work."""
        answer, error = self.run("--connection", "it", *arguments)
        assert answer is not None, f"{arguments}: {error}"
        return answer

    def call(self, tool, **arguments):
        return self.ask("tools/call", tool, json.dumps(arguments))

    @contextlib.contextmanager
    def open(self):
        entry = {"type": "http", "url": self.server.url}
        if not self.server.url:
            command, *rest = self.server.command
            entry = {"type": "stdio", "command": command, "args": rest, "env": self.server.env}
        config = self.folder / "config.json"
        config.write_text(json.dumps({"mcpServers": {"it": entry}}))
        try:
            answer, error = self.run("connect", "--config", str(config), "--era", self.era, "it")
            assert answer, error
            same(answer["protocolEra"], self.era)
            yield self
        finally:
            self.run("daemon", "stop")

    @contextlib.contextmanager
    def tail(self, *arguments):
        """A command that prints what the server tells, until the block ends; gives the text so far."""
        log = self.folder / "tail"
        with log.open("w") as output:
            telling = subprocess.Popen(
                self.command("--connection", "it", *arguments),
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
            try:
                yield log.read_text
            finally:
                telling.terminate()
                telling.wait()


def eventually(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def text(result):
    return result["content"][0]["text"]


def is_asked_and_answers(client):
    asked = client.call("find_city")["elicitationPending"]
    same(asked["message"], "Which city?")
    same(asked["origin"], "input-required" if client.era == "modern" else "server-request")
    answer, error = client.run("elicitation/respond", asked["elicitationId"], "city:=Fremont")
    assert answer, error
    assert json.loads(text(answer))["count"] >= 1, answer


def declines(client):
    asked = client.call("find_city")["elicitationPending"]
    answer, error = client.run("elicitation/respond", asked["elicitationId"], "--decline")
    holds(json.dumps(answer) + error, "declined")


def completes(client):
    def offered(kind, reference, argument, typed):
        given = ("--complete-ref-type", f"ref/{kind}", "--complete-ref", reference)
        answer = client.ask("prompts/complete", *given, "--complete-arg-name", argument, "--complete-arg-value", typed)
        return answer["completion"]["values"] if "completion" in answer else answer["values"]

    same(offered("prompt", "write_to_city", "tone", "f"), ["formal", "friendly", "firm"])
    holds(offered("prompt", "write_to_city", "city", "Fremo"), "Fremont")
    holds(offered("resource", "clients://contacts{?city,limit}", "city", "Fremo"), "Fremont")


def finishes_a_task(client):
    result = client.call("count_in_background", city="Fremont")
    assert json.loads(text(result))["count"] >= 1, result
    if client.era == "modern":
        result = client.call("count_only_in_background", city="Fremont")
        assert json.loads(text(result))["count"] >= 1, result


def reads_the_log(client):
    with client.tail("logging/tail") as told:
        # The tail says nothing when it is there.
        def called_and_told():
            same(text(client.call("count_to_three")), "Counted to three.")
            return "Counted to two" in told()

        eventually(called_and_told)


def hears_that_a_record_has_changed(client):
    made = json.loads(text(client.call("add_contact", name=servers.MADE, city="Anywhere")))["records"][0]["id"]
    uri = f"clients://contact/{made}"
    with client.tail("resources/subscribe", uri) as told:
        city = 0

        def changed_and_told():
            nonlocal city
            city += 1
            client.call("change_city", id=made, city=f"City {city}")
            return uri in told() and UPDATED in told()

        eventually(changed_and_told)


CHECKS = (
    is_asked_and_answers,
    declines,
    completes,
    finishes_a_task,
    reads_the_log,
    hears_that_a_record_has_changed,
)


def run(report, server, era):
    titles = {check: f"{server.name}: Inspector's mcpdo, {era}: {check.__name__.replace('_', ' ')}" for check in CHECKS}
    wanted = {check: title for check, title in titles.items() if report.wants(title)}
    if not wanted:
        return
    with (
        report.check(f"{server.name}: Inspector's mcpdo, {era}: connects"),
        tempfile.TemporaryDirectory() as folder,
        Connection(server, era, folder).open() as client,
    ):
        for check, title in wanted.items():
            # The newest revision has no log level of a connection, and it does not ask call by call.
            if (check, era) != (reads_the_log, "modern"):
                with report.check(title):
                    check(client)
