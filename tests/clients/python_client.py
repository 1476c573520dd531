"""The Python SDK's client, with the handshake of old and at the newest revision."""

import asyncio
import contextlib
import json
import uuid

from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.types import ElicitResult, PromptReference, ToolAnnotations

import servers
from expected import BUNDLES, NOT_READING, READS, RESOURCES, TEMPLATES, TOOLS, WRITING, WRONG, tools
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


async def reads_what_ships(client):
    fixed = [str(one.uri) for one in (await client.list_resources()).resources]
    same(sorted(fixed), RESOURCES)
    templates = [one.uri_template for one in (await client.list_resource_templates()).resource_templates]
    same(sorted(templates), TEMPLATES)
    (found,) = json.loads(await called(client, "search_contacts", {"query": "azure interior", "limit": 1}))["records"]
    record = f"odoo://res.partner/{found['id']}"
    of_a_model = ("odoo:///access/res.partner", "odoo:///fields/res.partner", "odoo://res.partner?limit=3", record)
    for uri in (*fixed, *of_a_model):
        (contents,) = (await client.read_resource(uri)).contents
        same((uri, contents.mime_type), (uri, "application/json"))
        assert json.loads(contents.text), uri
    holds(contents.text, "Azure Interior")


async def uses_every_prompt_that_ships(client):
    """With what completion offers for the arguments that it needs; none says that its data could not be had."""
    prompts = (await client.list_prompts()).prompts
    assert len(prompts) >= 8, [prompt.name for prompt in prompts]
    for prompt in prompts:
        given, reference = {}, PromptReference(type="ref/prompt", name=prompt.name)
        for argument in prompt.arguments or []:
            typed = {"name": argument.name, "value": ""}
            offered = (await client.complete(reference, typed)).completion.values
            if argument.required:
                assert offered, f"nothing is offered for `{argument.name}` of `{prompt.name}`"
                given[argument.name] = offered[0]
        messages = (await client.get_prompt(prompt.name, given)).messages
        texts = [message.content.text for message in messages if message.content.type == "text"]
        assert texts and all(texts), prompt.name
        failed = [text for text in texts if text.startswith("The data `")]
        same((prompt.name, failed), (prompt.name, []))


async def settles_on_the_newest_revision(client):
    """As a client does that is told nothing: it asks first what the server speaks."""
    same(client.protocol_version, MODES[-1])
    assert client.server_capabilities.prompts and client.server_capabilities.resources.subscribe
    same(client.server_info.name, "tooldoo")
    await lists_the_tools(client)


CHECKS = (
    lists_the_tools,
    reads_what_ships,
    uses_every_prompt_that_ships,
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


async def keeps_a_prompt_of_its_own(client):
    name = f"mine_{uuid.uuid4().hex}"
    await called(client, "save_my_prompt", {"name": name, "text": "Greet {{ whom }}.", "arguments": [{"name": "whom"}]})
    assert name in [prompt.name for prompt in (await client.list_prompts()).prompts]
    (message,) = (await client.get_prompt(name, {"whom": "Grace"})).messages
    same(message.content.text, "Greet Grace.")
    await called(client, "delete_my_prompt", {"name": name})
    assert name not in [prompt.name for prompt in (await client.list_prompts()).prompts]


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
    one(report, server, "auto", log, settles_on_the_newest_revision)


def run_bundles(report, server, log):
    for mode in MODES:
        for bundle in BUNDLES:
            if bundle not in NOT_READING:
                one(report, server.of(bundle), mode, log, reads, bundle)
        one(report, server.of("admin+generic"), mode, log, must_have_a_deletion_confirmed)
        one(report, server.of("prompts"), mode, log, keeps_a_prompt_of_its_own)


class Person:
    """Answers what the server asks, in order, and remembers it."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    async def __call__(self, context, params):
        self.asked.append(params.message)
        answer = self.answers.pop(0)
        return ElicitResult(action="decline") if answer is None else ElicitResult(action="accept", content=answer)


async def asked_and_confirmed(server, mode, log):
    """One question and one confirmed write, of a client that can ask its user."""
    city = f"{servers.MADE} {uuid.uuid4()}"
    given = {"name": city, "city": city}
    person = Person({"city": city}, None, {}, {"city": city})
    async with connected(server, mode, log, elicitation_callback=person) as client:
        same(json.loads(await called(client, "find_city", {}))["count"], 0)
        declined = await client.call_tool("move_contact", given)
        assert declined.is_error, f"created: {text(declined)}"
        holds(text(declined), "declined")
        (created,) = json.loads(await called(client, "move_contact", given))["records"]
        same(created["city"], city)
        same(json.loads(await called(client, "find_city", {}))["count"], 1)
    same(len(person.asked), 4)
    same(person.asked[0], "Which city?")
    holds(person.asked[1], f"Is {city} in {city}?")


async def told_and_planned(server, mode, log):
    """The same, of a client that cannot: the model is told what to give, and gives the plan back."""
    city = f"{servers.MADE} {uuid.uuid4()}"
    given = {"name": city, "city": city}
    async with connected(server, mode, log) as client:
        unable = await client.call_tool("find_city", {})
        assert unable.is_error, f"counted: {text(unable)}"
        holds(text(unable), "unsupported", "`city`")
        planned = await client.call_tool("move_contact", given)
        assert planned.is_error, f"created: {text(planned)}"
        same(json.loads(await called(client, "find_city", {"city": city}))["count"], 0)
        plan = json.loads(planned.content[-1].text)["plan"]["id"]
        await called(client, "move_contact", given | {"plan": plan})
        same(json.loads(await called(client, "find_city", {"city": city}))["count"], 1)


def run_dialogue(report, binary, home, log):
    """A client is asked while its call runs."""
    for transport in ("stdio", "http"):
        for mode in MODES:
            for check in (asked_and_confirmed, told_and_planned):
                title = f"demo {transport}: Python client, {mode}: is {check.__name__.replace('_', ' ')}"
                if not report.wants(title):
                    continue
                with report.check(title), servers.demo(binary, transport, home, "--definitions", str(servers.DEFINITIONS / "dialogue.toml")) as server:
                    asyncio.run(asyncio.wait_for(check(server, mode, log), TIMEOUT))
