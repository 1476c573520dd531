"""The Python SDK's client, with the handshake of old and at the newest revision."""

import asyncio
import contextlib
import json
import shutil
import tempfile
import uuid
from pathlib import Path

from mcp import Client, MCPError, StdioServerParameters, stdio_client

import servers
from expected import TOOLS, WRONG
from report import holds, same

MODES = ("legacy", "2026-07-28")
TIMEOUT = 60


@contextlib.asynccontextmanager
async def connected(server, mode, log, **options):
    if server.url:
        target = server.url
    else:
        command, *arguments = server.command
        parameters = StdioServerParameters(command=command, args=arguments, env=server.env)
        target = stdio_client(parameters, errlog=log)
    async with Client(target, mode=mode, read_timeout_seconds=TIMEOUT, **options) as client:
        yield client


def text(result):
    return "\n".join(block.text for block in result.content)


async def called(client, tool, arguments):
    """The text of a call that must succeed."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, f"`{tool}` failed: {text(result)}"
    return text(result)


async def lists_the_tools(client):
    tools = (await client.list_tools()).tools
    same([tool.name for tool in tools], TOOLS)
    for tool in tools:
        assert tool.description and tool.title and tool.annotations, f"`{tool.name}` lacks a description of itself"
        # A hint that is left out has the default of MCP: it writes.
        same(bool(tool.annotations.read_only_hint), not tool.name.startswith(("create_", "update_")))


async def finds_azure_interior(client):
    holds(await called(client, "search_contacts", {"query": "azure"}), "Azure Interior")


async def finds_what_it_created(client):
    name = f"Client test {uuid.uuid4()}"
    await called(client, "create_contact", {"name": name})
    holds(await called(client, "search_contacts", {"query": name}), name)


async def is_told_every_wrong_argument(client):
    result = await client.call_tool("search_contacts", WRONG)
    assert result.is_error, f"accepted: {text(result)}"
    holds(text(result), *WRONG)


async def is_told_every_missing_argument(client):
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    required = tools["odoo_get_record"].input_schema["required"]
    assert len(required) >= 2, required
    result = await client.call_tool("odoo_get_record", {})
    assert result.is_error, f"accepted: {text(result)}"
    holds(text(result), *required)


async def gets_invalid_params_for_an_unknown_tool(client):
    try:
        await client.call_tool("no_such_tool", {})
    except MCPError as error:
        same(error.code, -32602)
        holds(error.message, "no_such_tool")
    else:
        raise AssertionError("accepted")


async def makes_fifty_calls_at_once(client):
    answers = await asyncio.gather(*(called(client, "search_contacts", {"query": "azure"}) for _ in range(50)))
    for answer in answers:
        holds(answer, "Azure Interior")


CHECKS = (
    lists_the_tools,
    finds_azure_interior,
    finds_what_it_created,
    is_told_every_wrong_argument,
    is_told_every_missing_argument,
    gets_invalid_params_for_an_unknown_tool,
    makes_fifty_calls_at_once,
)


def run(report, server, log):
    async def one(check, mode):
        async with connected(server, mode, log) as client:
            await check(client)

    for mode in MODES:
        for check in CHECKS:
            if report.wants(title := f"{server.name}: Python client, {mode}: {check.__name__.replace('_', ' ')}"):
                with report.check(title):
                    asyncio.run(asyncio.wait_for(one(check, mode), TIMEOUT))


ADDED = """
[[tool]]
name = "added_while_running"
description = "List the contacts of this Odoo, as a tool that came while the server ran."
model = "res.partner"
[tool.search_read]
fields = ["name"]
limit = { default = 3, max = 3 }
"""


async def sees_added(client, changed, folder):
    """Adds a definition file, waits until the client is told, and uses the tool."""
    same([tool.name for tool in (await client.list_tools()).tools], TOOLS)
    (folder / "added.toml").write_text(ADDED)
    await changed()
    names = [tool.name for tool in (await client.list_tools()).tools]
    same(names, sorted([*TOOLS, "added_while_running"]))
    assert json.loads(await called(client, "added_while_running", {}))["records"]


async def reload_seen(server, mode, log, folder):
    if mode == "legacy":
        told = asyncio.Event()

        async def on_message(message):
            if getattr(message, "method", None) == "notifications/tools/list_changed":
                told.set()

        async with connected(server, mode, log, message_handler=on_message) as client:
            await sees_added(client, told.wait, folder)
    else:
        async with connected(server, mode, log) as client, client.listen(tools_list_changed=True) as events:
            await sees_added(client, events.__anext__, folder)


def run_reload(report, binary, home, log):
    """A file added to a copy of the shipped tools is a tool of the connected client."""
    for transport in ("stdio", "http"):
        for mode in MODES:
            title = f"demo {transport}: Python client, {mode}: is told of a tool whose file was added, and calls it"
            if not report.wants(title):
                continue
            with tempfile.TemporaryDirectory() as folder, report.check(title):
                tools = Path(folder) / "tools.d"
                shutil.copytree(servers.ROOT / "tools.d", tools)
                with servers.demo(binary, transport, home, "--definitions", str(tools)) as server:
                    asyncio.run(asyncio.wait_for(reload_seen(server, mode, log, tools), TIMEOUT))
