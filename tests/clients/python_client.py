"""The Python SDK's client, with the handshake of old and at the newest revision."""

import asyncio
import contextlib
import json
import shutil
import tempfile
import uuid
from pathlib import Path

from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.types import ToolAnnotations

import servers
from expected import BUNDLES, READS, TOOLS, WRITING, WRONG, tools
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


async def lists(client, names):
    listed = (await client.list_tools()).tools
    same([tool.name for tool in listed], names)
    for tool in listed:
        assert tool.description and tool.title, f"`{tool.name}` lacks a description of itself"
        # A hint that is left out has the default of MCP: it writes, and may destroy. A tool that needs no other has none.
        hints = tool.annotations or ToolAnnotations()
        same((tool.name, bool(hints.read_only_hint)), (tool.name, not tool.name.startswith(WRITING)))
        if tool.name.startswith(("create_", "odoo_create")):
            same((tool.name, hints.destructive_hint), (tool.name, False))


async def lists_the_tools(client):
    await lists(client, TOOLS)


async def finds_azure_interior(client):
    holds(await called(client, "search_contacts", {"query": "azure"}), "Azure Interior")


async def finds_what_it_created(client):
    name = f"{servers.MADE} {uuid.uuid4()}"
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


async def creates_a_sales_order_of_two_lines_by_name(client):
    lines = [{"product": "Large Cabinet", "quantity": 2}, {"product": "E-COM11", "quantity": 1.5, "price": 40}]
    given = {"customer": "Azure Interior", "reference": f"{servers.MADE} {uuid.uuid4()}", "lines": lines}
    (created,) = json.loads(await called(client, "create_sales_order", given))["records"]
    same((created["state"], created["partner_id"]["name"]), ("draft", "Azure Interior"))
    first, second = created["order_line"]
    holds(first["product_id"]["name"], "Large Cabinet")
    holds(second["product_id"]["name"], "E-COM11")
    same((first["product_uom_qty"], first["price_unit"] > 0), (2, True))
    same((second["product_uom_qty"], second["price_unit"]), (1.5, 40))
    same(round(first["price_subtotal"] + second["price_subtotal"], 2), created["amount_untaxed"])
    (read,) = json.loads(await called(client, "get_sales_order", {"order": created["name"]}))["records"]
    same((read["client_order_ref"], len(read["order_line"])), (given["reference"], 2))


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
    creates_a_sales_order_of_two_lines_by_name,
    makes_fifty_calls_at_once,
)


async def reads(client, bundle):
    """Lists a bundle, makes its reading calls, and reads what they found by the id in their answer."""
    names = tools(bundle)
    await lists(client, names)
    of_bundle = [read for read in READS if read.tool in names]
    assert of_bundle, f"no reading call is known of `{bundle}`"
    for read in of_bundle:
        answer = await called(client, read.tool, read.arguments)
        holds(answer, *read.holds)
        if read.get:
            found = json.loads(answer)["records"][0]
            # Orders are got by their number, which is text, and by an id as text too.
            key = str(found["id"]) if read.key in ("order", "invoice") else found["id"]
            (got,) = json.loads(await called(client, read.get, {read.key: key}))["records"]
            same((got["id"], got.get("name")), (found["id"], found.get("name", got.get("name"))))


async def must_have_a_deletion_confirmed(client):
    counted = {"model": "res.partner", "domain": '[["name", "=", "Azure Interior"]]'}
    await lists(client, tools("admin+generic"))
    (found,) = json.loads(await called(client, "odoo_search", counted))["records"]
    result = await client.call_tool("odoo_unlink", {"model": "res.partner", "ids": [found["id"]]})
    assert result.is_error, f"deleted: {text(result)}"
    holds(text(result), "confirmation_required")
    same(json.loads(await called(client, "odoo_count", counted))["count"], 1)


def one(report, server, mode, log, check, *arguments):
    async def connect():
        async with connected(server, mode, log) as client:
            await check(client, *arguments)

    if report.wants(title := f"{server.name}: Python client, {mode}: {check.__name__.replace('_', ' ')}"):
        with report.check(title):
            asyncio.run(asyncio.wait_for(connect(), TIMEOUT))


def run(report, server, log):
    for mode in MODES:
        for check in CHECKS:
            one(report, server, mode, log, check)


def run_bundles(report, server, log):
    for mode in MODES:
        for bundle in BUNDLES:
            # Nothing in `admin` reads.
            if bundle != "admin":
                one(report, server.of(bundle), mode, log, reads, bundle)
        one(report, server.of("admin+generic"), mode, log, must_have_a_deletion_confirmed)


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
