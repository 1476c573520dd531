"""Drives the binary given as the first argument with every client; see `run`."""

import contextlib
import sys
import tempfile
from pathlib import Path

import bare_http
import claude
import inspector
import python_client
import servers
from report import Report


def main():
    binary = str(Path(sys.argv[1]).resolve())
    report = Report(sys.argv[2:])
    odoo = servers.real_odoo_env()
    if odoo is None:
        print("no real Odoo: `tests/odoo/up 19` brings one up")
    with tempfile.TemporaryDirectory() as home, open(servers.CACHE / "servers.log", "w") as log:
        for transport in ("stdio", "http"):
            sources = [("demo", servers.demo(binary, transport, home))]
            if odoo:
                sources.append(("odoo", servers.real(binary, transport, home, odoo)))
            for where, source in sources:
                # Over stdio the clients start and stop the server themselves.
                up = contextlib.nullcontext()
                if transport == "http":
                    up = report.check(f"{where} http: comes up, and stops with status 0 when it is asked to")
                with up, source as server:
                    python_client.run(report, server, log)
                    inspector.run(report, server, home)
                    claude.run(report, server)
                    if server.url:
                        bare_http.run(report, server)
        python_client.run_reload(report, binary, home, log)
    report.close()


if __name__ == "__main__":
    main()
