"""Claude Code's own health check of its servers, which needs no login."""

import json
import subprocess
import tempfile
from pathlib import Path

from report import holds
from servers import CACHE

CLAUDE = CACHE / "node/node_modules/@anthropic-ai/claude-code-linux-x64/claude"


def run(report, server):
    if not report.wants(title := f"{server.name}: Claude Code: connects"):
        return
    if server.url:
        entry = {"type": "http", "url": server.url}
    else:
        command, *arguments = server.command
        entry = {"type": "stdio", "command": command, "args": arguments, "env": server.env}
    with report.check(title), tempfile.TemporaryDirectory() as home:
        (Path(home) / ".claude.json").write_text(json.dumps({"mcpServers": {"tooldoo": entry}}))
        done = subprocess.run(
            [CLAUDE, "mcp", "list"],
            env={"HOME": home, "PATH": "/usr/bin:/bin"},
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=90,
        )
        holds(done.stdout + done.stderr, "✔ Connected")
