"""A list of more entries than one page holds."""

import asyncio
import contextlib
import tempfile
from pathlib import Path

import inspector
import servers
from changes import TOOL, save
from report import same
from sessions import CLIENTS, MODES, Sdk

MANY = [f"hours_{number:03}" for number in range(350)]


def run(report, binary, transport, home, log):
    async def put_together(server, client, mode):
        async with client.connect(server, mode, log) as session:
            same([tool.name for tool in await session.tools()], MANY)
            if client is Sdk:
                assert (await session.client.list_tools()).next_cursor, "it came in one page"

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        text = TOOL.format(season="summer", hour="nine")
        save(folder, "many.toml", "".join(text.replace("opening_hours", name) for name in MANY))
        server = stack.enter_context(servers.demo(binary, transport, home, "--definitions", str(folder)))
        for client in CLIENTS:
            for mode in MODES:
                if report.wants(title := f"{server.name}: {client.name}, {mode}: puts the pages of a long list together"):
                    with report.check(title):
                        asyncio.run(put_together(server, client, mode))
        for era in inspector.ERAS:
            if report.wants(title := f"{server.name}: Inspector, {era}: puts the pages of a long list together"):
                with report.check(title):
                    _, listed, _ = inspector.inspect(server, era, home, "--method", "tools/list")
                    same([tool["name"] for tool in listed["tools"]], MANY)
