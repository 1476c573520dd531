"""What every manual's `curl` does: one POST, no session, no handshake, no `Accept`."""

import json
import urllib.error
import urllib.request

from expected import BUNDLES, TOOLS, WRONG, tools
from report import holds, same


def request(url, body=None, **headers):
    """Gives status, content type and text. Only `Content-Type` is set, besides what the caller names."""
    data = None
    if body is not None:
        data = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    try:
        answer = urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=60)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers.get_content_type(), answer.read().decode()


def post(url, method, params=None, **headers):
    """The result of a request that must be answered with JSON."""
    body = {"jsonrpc": "2.0", "id": 7, "method": method}
    if params is not None:
        body["params"] = params
    status, kind, text = request(url, body, **headers)
    same((status, kind), (200, "application/json"))
    answer = json.loads(text)
    same(answer["id"], 7)
    return answer


def names(answer):
    return [tool["name"] for tool in answer["result"]["tools"]]


def tools_list(url):
    same(names(post(url, "tools/list")), TOOLS)
    for accept in ("*/*", "application/json"):
        same(names(post(url, "tools/list", {}, Accept=accept)), TOOLS)


def tools_call(url):
    result = post(url, "tools/call", {"name": "search_contacts", "arguments": {"query": "azure"}})["result"]
    holds(result["content"][0]["text"], "Azure Interior")


def wrong_arguments(url):
    result = post(url, "tools/call", {"name": "search_contacts", "arguments": WRONG})["result"]
    same(result["isError"], True)
    holds(result["content"][0]["text"], *WRONG)


def unknown_tool(url):
    same(post(url, "tools/call", {"name": "no_such_tool", "arguments": {}})["error"]["code"], -32602)


def initialize(url):
    params = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bare", "version": "1"}}
    same(post(url, "initialize", params)["result"]["protocolVersion"], "2025-06-18")
    same(post(url, "initialize")["result"]["protocolVersion"], "2024-11-05")


def modern_revision_without_meta(url):
    body = {"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": {}}
    headers = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/list"}
    status, _, text = request(url, body, **headers)
    same((status, json.loads(text)["error"]["code"]), (400, -32602))


def bundles(url):
    for bundle in (*BUNDLES, "default+generic", "admin+crm+sales"):
        same(names(post(f"{url}/{bundle}", "tools/list")), tools(bundle))
    body = {"jsonrpc": "2.0", "id": 7, "method": "tools/list"}
    same(request(url + "/no_such_bundle", body)[0], 404)


def foreign_pages(url):
    body = {"jsonrpc": "2.0", "id": 7, "method": "tools/list"}
    same(request(url, body, Origin="https://evil.example")[0], 403)
    same(request(url, body, Host="evil.example")[0], 403)


def health(url):
    same(request(url.removesuffix("/mcp") + "/health")[0], 200)


CHECKS = {
    "lists the tools": tools_list,
    "calls a tool": tools_call,
    "is told every wrong argument": wrong_arguments,
    "gets invalid params for an unknown tool": unknown_tool,
    "is answered to `initialize`, with and without params": initialize,
    "must send `_meta` at the newest revision": modern_revision_without_meta,
    "sees a bundle's tools under its path, the union of several, and 404 for no such bundle": bundles,
    "is refused with a foreign Origin or Host": foreign_pages,
    "finds `/health`": health,
}


def run(report, server):
    for what, check in CHECKS.items():
        if report.wants(title := f"{server.name}: bare POST: {what}"):
            with report.check(title):
                check(server.url)
