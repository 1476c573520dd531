"""What a client of Python does beside calling tools: resources, prompts, completion, subscriptions, and what happens in the
middle of a call."""

import asyncio
import base64
import json
import logging
import uuid

from mcp import MCPError

import servers
from report import holds, same
from sessions import CLIENTS, LEGACY, MODERN, MODES, TIMEOUT, Person

# One grey pixel.
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="


def text(result):
    return "\n".join(block.text for block in result.content)


async def called(client, tool, arguments, progress=None):
    """The text of a call that must succeed."""
    result = await client.call(tool, arguments, progress)
    assert not result.is_error, f"`{tool}` failed: {text(result)}"
    return text(result)


async def refused(work):
    """The error of a request that must be refused."""
    try:
        answer = await work
    except MCPError as error:
        return error
    raise AssertionError(f"accepted: {answer}")


def a_city():
    """One that no other check uses."""
    return f"{servers.MADE} {uuid.uuid4()}"


async def a_contact(client, city, name=None, **more):
    given = {"name": name or city, "city": city} | more
    (created,) = json.loads(await called(client, "add_contact", given))["records"]
    return created["id"]


async def records(client, uri):
    """The records of a resource that is JSON."""
    (contents,) = await client.read(uri)
    same(contents.mime_type, "application/json")
    same(str(contents.uri), uri)
    return json.loads(contents.text)["records"]


# Resources.


async def lists_what_can_be_read(client):
    resources = {str(one.uri): one for one in await client.resources()}
    same(sorted(resources), ["clients://ask/contacts", "clients://policy/returns"])
    policy = resources["clients://policy/returns"]
    same((policy.name, policy.title, policy.mime_type), ("returns_policy", "How goods are returned", "text/markdown"))
    templates = {one.uri_template: one for one in await client.templates()}
    contact = "clients://contact/{id}"
    same(sorted(templates), [contact, f"{contact}/picture", "clients://contacts{?city,limit}"])
    same((templates[contact].title, templates[contact].mime_type), ("A contact", "application/json"))


async def reads_a_text(client):
    (contents,) = await client.read("clients://policy/returns")
    same(contents.mime_type, "text/markdown")
    holds(contents.text, "# Returns", "*30 days*")


async def reads_a_record(client):
    city = a_city()
    contact = await a_contact(client, city)
    (record,) = await records(client, f"clients://contact/{contact}")
    same(record, {"id": contact, "name": city, "city": city})


async def reads_a_list(client):
    city = a_city().replace(" ", "-")
    for name in "CBA":
        await a_contact(client, city, f"{city} {name}")
    found = await records(client, f"clients://contacts?city={city}")
    same([record["name"] for record in found], [f"{city} A", f"{city} B"])
    same(len(await records(client, f"clients://contacts?city={city}&limit=3")), 3)
    assert len(await records(client, "clients://contacts")) == 2, "a variable that is not there is no condition"


async def reads_a_picture(client):
    contact = await a_contact(client, a_city(), picture=PICTURE)
    (contents,) = await client.read(f"clients://contact/{contact}/picture")
    same(contents.mime_type, "image/png")
    # Odoo may have made it smaller; it stays a PNG.
    same(base64.b64decode(contents.blob)[:8], b"\x89PNG\r\n\x1a\n")


async def is_told_that_there_is_no_such_resource(client):
    for uri in ("clients://contact/999999999", "clients://nothing/here", "clients://contact/1/nothing"):
        error = await refused(client.read(uri))
        same((uri, error.code), (uri, -32002 if client.mode == LEGACY else -32602))
        same((error.error.data or {}).get("uri"), uri)


async def is_asked_by_a_resource(client):
    city = a_city()
    await a_contact(client, city)
    client.person = Person({"city": city})
    (record,) = await records(client, "clients://ask/contacts")
    same((record["city"], client.person.asked), (city, ["Which city?"]))


# Prompts.


async def lists_the_prompts(client):
    prompts = {prompt.name: prompt for prompt in await client.prompts()}
    same(sorted(prompts), ["greet_someone", "write_to_city"])
    city, tone = prompts["write_to_city"].arguments
    same((city.name, city.required, bool(tone.required)), ("city", True, False))
    holds(city.description, "Where they live")


async def uses_a_prompt_with_live_data(client):
    city = a_city()
    await a_contact(client, city, "Ada")
    await a_contact(client, city, "Grace")
    result = await client.prompt("write_to_city", {"city": city, "tone": "firm"})
    same([message.role for message in result.messages], ["user", "assistant"])
    holds(result.messages[0].content.text, "a firm letter", f"2 contacts in {city}", "Ada, Grace")
    result = await client.prompt("write_to_city", {"city": city})
    holds(result.messages[0].content.text, "a friendly letter")


async def is_told_which_argument_a_prompt_lacks(client):
    error = await refused(client.prompt("write_to_city", {"tone": "firm"}))
    same(error.code, -32602)
    holds(error.message, "`city`")
    error = await refused(client.prompt("no_such_prompt", {}))
    same(error.code, -32602)
    holds(error.message, "no_such_prompt")


async def is_asked_by_a_prompt(client):
    client.person = Person({"name": "Grace"})
    result = await client.prompt("greet_someone", {})
    holds(result.messages[0].content.text, "Say hello to Grace.")
    same(client.person.asked, ["Who is greeted?"])


# Completion.


async def is_offered_the_values_of_an_argument(client):
    same((await client.complete_prompt("write_to_city", "tone", "f")).values, ["formal", "friendly", "firm"])
    same((await client.complete_prompt("write_to_city", "tone", "fri")).values, ["friendly"])
    city = a_city()
    await a_contact(client, city)
    same((await client.complete_prompt("write_to_city", "city", city[:-4])).values, [city])
    error = await refused(client.complete_prompt("no_such_prompt", "city", ""))
    same(error.code, -32602)


async def is_offered_the_values_of_a_variable(client):
    offered = await client.complete_address("clients://contact/{id}", "id", "azure")
    assert offered.values, "nothing is offered for Azure Interior"
    (record,) = await records(client, f"clients://contact/{offered.values[0]}")
    holds(record["name"], "Azure Interior")
    city = a_city()
    await a_contact(client, city)
    same((await client.complete_address("clients://contacts{?city,limit}", "city", city[:-4])).values, [city])


# In the middle of a call.


async def is_asked_by_a_tool(client):
    city = a_city()
    client.person = Person({"city": city}, None)
    same(json.loads(await called(client, "find_city", {}))["count"], 0)
    declined = await client.call("move_contact", {"name": city, "city": city})
    assert declined.is_error, f"created: {text(declined)}"
    holds(text(declined), "declined")
    same(len(client.person.asked), 2)


async def hears_how_far_a_call_is(client):
    told = []

    async def progress(at, total, message):
        told.append((at, total, message))

    same(await called(client, "count_to_three", {}, progress), "Counted to three.")
    same(told, [(1, 3, "One of three"), (2, 3, "Two of three"), (3, 3, "Three of three")])


async def reads_the_log_of_a_call(client):
    client.logged.clear()
    await client.log_from("info")
    await called(client, "count_to_three", {})
    # In a session the log has a stream of its own: what was said during the call may come after its answer.
    while not client.logged:
        await asyncio.sleep(0.05)
    # The message for debugging is below the level that was asked for.
    same([(level, str(data)) for level, data in client.logged], [("warning", "Counted to two")])


async def changes_its_mind(client):
    """A call that is cancelled while it waits does not go on to write."""
    city, begun = a_city(), asyncio.Event()

    async def progress(at, total, message):
        begun.set()

    call = asyncio.create_task(client.call("add_contact_slowly", {"city": city}, progress))
    await begun.wait()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    # Longer than the call would have waited.
    await asyncio.sleep(1)
    same(json.loads(await called(client, "find_city", {"city": city}))["count"], 0)
    await called(client, "add_contact_slowly", {"city": city})
    same(json.loads(await called(client, "find_city", {"city": city}))["count"], 1)


async def finishes_a_task(client):
    city = a_city()
    await a_contact(client, city)
    if client.tasks and client.http and client.mode == MODERN:
        # It asks for the task without the header that the extension demands of it.
        error = await refused(client.call("count_only_in_background", {"city": city}))
        same(error.code, -32020)
        holds(error.message, "Mcp-Name", "tasks/get")
        return
    # Who has no tasks waits for the answer of the call.
    same(json.loads(await called(client, "count_in_background", {"city": city}))["count"], 1)
    if client.tasks and client.mode == MODERN:
        same(json.loads(await called(client, "count_only_in_background", {"city": city}))["count"], 1)
    elif client.mode == MODERN:
        error = await refused(client.call("count_only_in_background", {"city": city}))
        same(error.code, -32021)
    else:
        result = await client.call("count_only_in_background", {"city": city})
        assert result.is_error, f"counted: {text(result)}"
        holds(text(result), "unsupported")


# Subscriptions.


async def hears_that_a_record_has_changed(client):
    contact = await a_contact(client, a_city())
    other = await a_contact(client, a_city())
    uri = f"clients://contact/{contact}"
    async with client.hears(uri) as heard:
        moved = a_city()
        await called(client, "change_city", {"id": other, "city": moved})
        await called(client, "change_city", {"id": contact, "city": moved})
        same(await heard(), uri)
        (record,) = await records(client, uri)
        same(record["city"], moved)
        await called(client, "remove_contact", {"id": contact})
        same(await heard(), uri)
        await refused(client.read(uri))


CHECKS = (
    lists_what_can_be_read,
    reads_a_text,
    reads_a_record,
    reads_a_list,
    reads_a_picture,
    is_told_that_there_is_no_such_resource,
    is_asked_by_a_resource,
    lists_the_prompts,
    uses_a_prompt_with_live_data,
    is_told_which_argument_a_prompt_lacks,
    is_asked_by_a_prompt,
    is_offered_the_values_of_an_argument,
    is_offered_the_values_of_a_variable,
    is_asked_by_a_tool,
    hears_how_far_a_call_is,
    reads_the_log_of_a_call,
    changes_its_mind,
    finishes_a_task,
    hears_that_a_record_has_changed,
)


async def one(report, server, client, mode, log):
    """All checks of one client, on one connection."""
    titles = {check: f"{server.name}: {client.name}, {mode}: {check.__name__.replace('_', ' ')}" for check in CHECKS}
    wanted = {check: title for check, title in titles.items() if report.wants(title)}
    if not wanted:
        return
    with report.check(f"{server.name}: {client.name}, {mode}: connects, and goes away"):
        async with client.connect(server, mode, log, Person()) as session:
            for check, title in wanted.items():
                with report.check(title):
                    await asyncio.wait_for(check(session), TIMEOUT)


class Complaints(logging.Handler):
    """What the clients would warn their user of."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.heard = []

    def emit(self, record):
        self.heard.append(record.getMessage())


def run(report, server, log):
    """Both clients in both modes at once, for they wait most of the time."""

    async def all_of():
        await asyncio.gather(*(one(report, server, client, mode, log) for client in CLIENTS for mode in MODES))

    complaints = Complaints()
    logging.getLogger("mcp").addHandler(complaints)
    asyncio.run(all_of())
    logging.getLogger("mcp").removeHandler(complaints)
    if report.wants(title := f"{server.name}: the clients of Python have nothing to complain of"):
        with report.check(title):
            same(complaints.heard, [])
