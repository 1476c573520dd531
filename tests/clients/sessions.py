"""Two clients of Python behind one interface, so that both are asked the same: the SDK's own, and fastmcp's."""

import asyncio
import contextlib
import warnings

import fastmcp_tasks  # noqa: F401 - gives fastmcp's client its tasks
from fastmcp import Client as FastClient
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.subscriptions import PromptsListChanged, ResourcesListChanged, ResourceUpdated, ToolsListChanged, listen
from mcp.types import ElicitResult, PromptReference, ResourceTemplateReference

# The clients warn of what the newest revision has no more; the older ones are what these checks are about.
warnings.filterwarnings("ignore", category=DeprecationWarning)
warnings.filterwarnings("ignore", message=".*2026-07-28.*")

LEGACY, MODERN = "legacy", "2026-07-28"
MODES = (LEGACY, MODERN)
TIMEOUT = 30
LOG_LEVEL = {"io.modelcontextprotocol/logLevel": "info"}

LISTS = {
    "notifications/tools/list_changed": "tools",
    "notifications/prompts/list_changed": "prompts",
    "notifications/resources/list_changed": "resources",
    ToolsListChanged: "tools",
    PromptsListChanged: "prompts",
    ResourcesListChanged: "resources",
}


class Person:
    """Answers what the server asks, in order, and remembers it. No answer is a refusal."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def says(self, message):
        self.asked.append(message)
        answer = self.answers.pop(0)
        return ElicitResult(action="decline") if answer is None else ElicitResult(action="accept", content=answer)


class Session:
    """What the checks need of a client; `told` gets what the server says of itself: `tools`, `prompts`, `resources` or an
    address that has changed."""

    def __init__(self, server, mode, person):
        self.http = server.url is not None
        self.mode = mode
        self.person = person
        self.told = asyncio.Queue()
        self.logged = []

    async def on_message(self, message):
        method = getattr(message, "method", None)
        if method == "notifications/resources/updated":
            self.told.put_nowait(str(message.params.uri))
        elif method in LISTS:
            self.told.put_nowait(LISTS[method])

    async def on_log(self, params):
        self.logged.append((params.level, params.data))

    async def on_question(self, context, params):
        return self.person.says(params.message)

    @contextlib.asynccontextmanager
    async def hears(self, address=None):
        """Within the block `heard` gives what the server tells: of all lists, and of one address."""
        if self.mode == LEGACY:
            if address:
                await self.sdk.subscribe_resource(address)
            yield self.told.get
            if address:
                await self.sdk.unsubscribe_resource(address)
            return
        lists = dict(tools_list_changed=True, prompts_list_changed=True, resources_list_changed=True)
        async with self.listen(**lists, resource_subscriptions=[address] if address else []) as events:

            async def heard():
                event = await anext(events)
                return str(event.uri) if isinstance(event, ResourceUpdated) else LISTS[type(event)]

            yield heard

    async def complete_prompt(self, name, argument, typed, **known):
        reference = PromptReference(type="ref/prompt", name=name)
        return await self.complete(reference, {"name": argument, "value": typed}, known or None)

    async def complete_address(self, uri, variable, typed, **known):
        reference = ResourceTemplateReference(type="ref/resource", uri=uri)
        return await self.complete(reference, {"name": variable, "value": typed}, known or None)


class Sdk(Session):
    """`mcp`."""

    name = "Python client"
    # It leaves that to whoever writes an extension.
    tasks = False

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(cls, server, mode, log, person=None):
        session = cls(server, mode, person)
        target = server.url
        if not target:
            command, *arguments = server.command
            parameters = StdioServerParameters(command=command, args=arguments, env=server.env)
            target = stdio_client(parameters, errlog=log)
        options = dict(logging_callback=session.on_log, message_handler=session.on_message, log_level="info")
        if person:
            options["elicitation_callback"] = session.on_question
        async with Client(target, mode=mode, read_timeout_seconds=TIMEOUT, **options) as client:
            session.client, session.sdk = client, client
            session.listen = client.listen
            yield session

    async def _all(self, method, field):
        found, cursor = [], None
        while True:
            page = await method(cursor=cursor)
            found += getattr(page, field)
            cursor = page.next_cursor
            if cursor is None:
                return found

    async def tools(self):
        return await self._all(self.client.list_tools, "tools")

    async def resources(self):
        return await self._all(self.client.list_resources, "resources")

    async def templates(self):
        return await self._all(self.client.list_resource_templates, "resource_templates")

    async def prompts(self):
        return await self._all(self.client.list_prompts, "prompts")

    async def call(self, tool, arguments, progress=None):
        return await self.client.call_tool(tool, arguments, progress_callback=progress)

    async def read(self, uri):
        return (await self.client.read_resource(uri)).contents

    async def prompt(self, name, arguments):
        return await self.client.get_prompt(name, arguments)

    async def complete(self, reference, argument, known):
        return (await self.client.complete(reference, argument, known)).completion

    async def log_from(self, level):
        if self.mode == LEGACY:
            await self.client.set_logging_level(level)


class Fast(Session):
    """`fastmcp`, which stands on the SDK's session; what it has no method for goes to that session."""

    name = "fastmcp"
    tasks = True

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(cls, server, mode, log, person=None):
        session = cls(server, mode, person)
        if server.url:
            transport = StreamableHttpTransport(server.url)
        else:
            command, *arguments = server.command
            transport = StdioTransport(command, arguments, env=server.env, keep_alive=False, log_file=log)
        options = dict(log_handler=session.on_log, message_handler=session.on_message)
        if person:
            options["elicitation_handler"] = session.on_form
        async with FastClient(transport, mode=mode, timeout=TIMEOUT, **options) as client:
            session.client, session.sdk = client, client.session
            session.listen = lambda **wanted: listen(client.session, **wanted)
            yield session

    async def on_form(self, message, form, params, context):
        return self.person.says(message)

    async def tools(self):
        return await self.client.list_tools()

    async def resources(self):
        return await self.client.list_resources()

    async def templates(self):
        return await self.client.list_resource_templates()

    async def prompts(self):
        return await self.client.list_prompts()

    async def call(self, tool, arguments, progress=None):
        # At the newest revision it asks for no log by itself.
        meta = LOG_LEVEL if self.mode == MODERN else None
        return await self.client.call_tool_mcp(tool, arguments, progress_handler=progress, meta=meta)

    async def read(self, uri):
        return await self.client.read_resource(uri)

    async def prompt(self, name, arguments):
        return await self.client.get_prompt(name, arguments)

    async def complete(self, reference, argument, known):
        return await self.client.complete(reference, argument, known)

    async def log_from(self, level):
        if self.mode == LEGACY:
            await self.client.set_logging_level(level)


CLIENTS = (Sdk, Fast)
