"""Drives the binary given as the first argument with every client; see `run`."""

import contextlib
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import abilities
import bare_http
import changes
import claude
import inspector
import inspector_connection
import pages
import protocol
import python_client
import servers
from expected import BUNDLES, shipped_bundles
from report import Report, same


def whole_protocol(report, binary, transport, home, log):
    """What is not a tool, or happens in the middle of a call. The clients wait most of the time, so several run at once."""
    definitions = ("--definitions", str(servers.DEFINITIONS))
    with servers.demo(binary, transport, home, *definitions) as server, ThreadPoolExecutor(4) as pool:
        running = [
            pool.submit(protocol.run, report, server, log),
            pool.submit(changes.run, report, binary, transport, home, log),
            pool.submit(inspector.run_definitions, report, server, home),
            pool.submit(pages.run, report, binary, transport, home, log),
            *(pool.submit(inspector_connection.run, report, server, era) for era in inspector.ERAS),
        ]
        for one in running:
            one.result()


def main():
    binary = str(Path(sys.argv[1]).resolve())
    report = Report(sys.argv[2:])
    odoos = servers.real_odoos()
    newest = max(odoos, key=int, default=None)
    if not odoos:
        print("no real Odoo: `tests/odoo/up 19` brings one up")
    bundles = shipped_bundles(servers.ROOT / "tools.d")
    if report.wants(title := "every shipped bundle is one that the checks know"):
        with report.check(title):
            same(bundles, sorted(BUNDLES))
    with tempfile.TemporaryDirectory() as home, open(servers.CACHE / "servers.log", "w") as log:
        for transport in ("stdio", "http"):
            sources = [("demo", servers.demo(binary, transport, home))]
            for version, odoo in odoos.items():
                # What an older Odoo may change is the answers, and the bare and the Python client see those.
                if transport == "stdio" and version != newest:
                    continue
                sources.append((f"odoo {version}", servers.real(binary, transport, home, version, odoo)))
            for where, source in sources:
                # Over stdio the clients start and stop the server themselves.
                up = contextlib.nullcontext()
                if transport == "http":
                    up = report.check(f"{where} http: comes up, and stops with status 0 when it is asked to")
                with up, source as server:
                    python_client.run(report, server, log)
                    if where == "demo" or transport == "http":
                        python_client.run_bundles(report, server, log)
                    if where in ("demo", f"odoo {newest}"):
                        inspector.run(report, server, home)
                        claude.run(report, server, bundles if where == "demo" else [])
                    if where == "demo":
                        inspector.run_bundles(report, server, [*bundles, "default+generic"], home)
                    if server.url:
                        bare_http.run(report, server)
            whole_protocol(report, binary, transport, home, log)
        python_client.run_dialogue(report, binary, home, log)
        if report.wants(title := "the Inspector's `--strict` finds the fault of a tool that has one"):
            with report.check(title):
                inspector.finds_a_fault(binary, home)
        for version, odoo in odoos.items():
            with report.check(f"odoo {version}: what the checks created is removed"):
                servers.clean(odoo)
    abilities.show(report)
    report.close()


if __name__ == "__main__":
    main()
