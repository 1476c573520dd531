"""Claude Code's own health check of its servers, which needs no login."""

import json
import subprocess
import tempfile
from pathlib import Path

from report import holds
from servers import CACHE

CLAUDE = CACHE / "node/node_modules/@anthropic-ai/claude-code-linux-x64/claude"


def entry(server):
    if server.url:
        return {"type": "http", "url": server.url}
    command, *arguments = server.command
    return {"type": "stdio", "command": command, "args": arguments, "env": server.env}


def run(report, server, bundles):
    """Connects to all of the server's tools and, in the same run, to each of the bundles."""
    each = ", and to each bundle" if bundles else ""
    if not report.wants(title := f"{server.name}: Claude Code: connects{each}"):
        return
    named = {"tooldoo": server} | {f"tooldoo-{bundle}": server.of(bundle) for bundle in bundles}
    with report.check(title), tempfile.TemporaryDirectory() as home:
        entries = {name: entry(one) for name, one in named.items()}
        (Path(home) / ".claude.json").write_text(json.dumps({"mcpServers": entries}))
        done = subprocess.run(
            [CLAUDE, "mcp", "list"],
            env={"HOME": home, "PATH": "/usr/bin:/bin"},
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=90,
        )
        told = done.stdout + done.stderr
        lines = {line.split(":", 1)[0]: line for line in told.splitlines() if line.startswith("tooldoo")}
        assert lines.keys() == named.keys(), told
        for line in lines.values():
            holds(line, "✔ Connected")
