"""Files that are saved while a client is connected: it is told which list has changed, and sees and uses what is new."""

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path

import servers
from protocol import called
from report import holds, same
from sessions import CLIENTS, MODES, TIMEOUT

TOOL = """
[[tool]]
name = "opening_hours"
description = "Say when the shop is open, as of the season {season}."
[[tool.content]]
type = "text"
text = "Open until {hour}."
"""

RESOURCE = """
[[resource]]
name = "price_list"
description = "The prices of the season {season}."
uri = "clients://prices"
mime_type = "text/plain"
[[resource.content]]
type = "text"
text = "Everything costs {hour}."
"""

PROMPT = """
[[prompt]]
name = "invite"
description = "Invite a customer in the season {season}."
[[prompt.message]]
role = "user"
text = "Write that we meet at {hour}."
"""


def save(folder, name, text):
    """As editors do: never half a file."""
    draft = folder / f".{name}~"
    draft.write_text(text)
    draft.rename(folder / name)


async def uses_tool(client):
    return await called(client, "opening_hours", {})


async def uses_resource(client):
    (contents,) = await client.read("clients://prices")
    return contents.text


async def uses_prompt(client):
    return (await client.prompt("invite", {})).messages[0].content.text


KINDS = {
    "tools": ("opening_hours", TOOL, uses_tool),
    "resources": ("price_list", RESOURCE, uses_resource),
    "prompts": ("invite", PROMPT, uses_prompt),
}


async def descriptions(client, kind):
    return {one.name: one.description for one in await getattr(client, kind)()}


async def sees(client, kind, folder):
    """Added, edited and removed: each time that list is announced, and no other."""
    name, text, use = KINDS[kind]
    file = folder / f"{name}.toml"
    before = await descriptions(client, kind)
    assert name not in before, before
    async with client.hears() as heard:
        for season, hour in (("winter", "five"), ("summer", "nine")):
            save(folder, file.name, text.format(season=season, hour=hour))
            same(await heard(), kind)
            after = await descriptions(client, kind)
            same(after.keys(), before.keys() | {name})
            holds(after[name], season)
            holds(await use(client), hour)
        file.unlink()
        same(await heard(), kind)
        same(await descriptions(client, kind), before)


async def one(report, server, client, mode, log, folder):
    titles = {kind: f"{server.name}: {client.name}, {mode}: is told of {kind} whose file is saved" for kind in KINDS}
    wanted = {kind: title for kind, title in titles.items() if report.wants(title)}
    if not wanted:
        return
    async with client.connect(server, mode, log) as session:
        for kind, title in wanted.items():
            with report.check(title):
                await asyncio.wait_for(sees(session, kind, folder), TIMEOUT)


async def together(report, binary, transport, home, log):
    """Each client with a server and a folder of its own, which begins as what ships."""
    with contextlib.ExitStack() as stack:
        running = []
        for client in CLIENTS:
            for mode in MODES:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "tools.d"
                shutil.copytree(servers.ROOT / "tools.d", folder)
                demo = servers.demo(binary, transport, home, "--definitions", str(folder))
                running.append(one(report, stack.enter_context(demo), client, mode, log, folder))
        await asyncio.gather(*running)


def run(report, binary, transport, home, log):
    asyncio.run(together(report, binary, transport, home, log))
