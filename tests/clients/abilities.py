"""What each client can be asked at all. What it cannot is said here, so that nothing is left out silently."""

COLUMNS = ("tools", "resources", "prompts", "questions", "completion", "subscriptions", "changed files", "progress", "log", "cancel", "tasks")

# Yes, or the number of a note.
ABILITIES = {
    "Inspector CLI": ("yes", "yes", "yes", "1", "1", "1", "1", "1", "1", "1", "1"),
    "Inspector mcpdo": ("yes", "yes", "yes", "yes", "yes", "yes", "2", "2", "3", "2", "yes"),
    "Python mcp": ("yes", "yes", "yes", "yes", "yes", "yes", "yes", "yes", "yes", "yes", "4"),
    "fastmcp": ("yes", "yes", "yes", "yes", "yes", "5", "5", "yes", "6", "yes", "9"),
    "rmcp (cargo test)": ("yes",) * 11,
    "Claude Code": ("7",) * 11,
    "bare POST": ("yes", "8", "8", "8", "8", "8", "8", "8", "8", "8", "8"),
}

NOTES = {
    "1": "it runs one method and goes away: nothing reaches it later, and it has no word for completion or tasks",
    "2": "it shows no progress, has no way to give up a call, and keeps what it hears of lists to itself",
    "3": "with a handshake only: at the newest revision it asks no request for a log",
    "4": "only by an extension that its user writes: a tool that is nothing but a task is refused to it",
    "5": "it has no method for it; it is asked through the SDK's session that it stands on",
    "6": "at the newest revision only where its user puts the level into `_meta`, as the checks do",
    "7": "needs a login for more than its health check, which connects and lists",
    "8": "a line of `curl` in a manual calls tools; the rest is asked by `tests/http.rs`",
    "9": "by its package fastmcp-tasks, over stdio; over HTTP it leaves out the header that the extension demands, and is refused",
}


def show(report):
    if report.words:
        return
    width = max(map(len, ABILITIES))
    print("\n" + " ".join([" " * width, *COLUMNS]))
    for client, can in ABILITIES.items():
        print(" ".join([client.ljust(width), *(one.ljust(len(column)) for one, column in zip(can, COLUMNS, strict=True))]))
    for number, note in NOTES.items():
        print(f"  {number}: {note}")
    print("Lists of several pages are put together by the Inspector, fastmcp and rmcp themselves; with Python's mcp the checks do it.\n")
