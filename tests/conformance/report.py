"""What the suite found, from the `checks.json` of every scenario: a line for each, then what is wrong.

`report.py RESULTS STATUS`: a folder for each revision under RESULTS; STATUS is not 0 where the suite itself said that something failed.
A warning of the suite, a SHOULD that is not met, counts as a failure.
"""

import json
import re
import sys
from pathlib import Path

# `server-NAME-2026-11-21T19-53-15-747Z`
FOLDER = re.compile(r"server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z")
WRONG = ("FAILURE", "WARNING")


def scenarios(folder):
    """By name, the checks of one run."""
    found = {}
    for file in folder.glob("*/checks.json"):
        name = FOLDER.fullmatch(file.parent.name).group(1)
        found[name] = json.loads(file.read_text())
    return found


def cell(checks):
    if checks is None:
        return ""
    passed = sum(check["status"] == "SUCCESS" for check in checks)
    wrong = sum(check["status"] in WRONG for check in checks)
    if wrong:
        return f"FAILED {wrong} of {passed + wrong}"
    return f"ok {passed}" if passed else "nothing to check"


def main(results, status):
    runs = {folder.name: scenarios(folder) for folder in sorted(results.iterdir())}
    names = sorted({name for run in runs.values() for name in run})
    width = max(map(len, names), default=0)
    print(f"{'':{width}}  {'  '.join(f'{revision:16}' for revision in runs)}".rstrip())
    for name in names:
        print(f"{name:{width}}  {'  '.join(f'{cell(run.get(name)):16}' for run in runs.values())}".rstrip())

    wrong = []
    for revision, run in runs.items():
        for name, checks in sorted(run.items()):
            for check in checks:
                if check["status"] in WRONG:
                    said = check.get("errorMessage") or check["description"]
                    wrong.append(f"{revision} {name}: {check['id']}: {said}")
    print(*wrong, sep="\n")
    checked = [check for run in runs.values() for checks in run.values() for check in checks]
    passed = sum(check["status"] == "SUCCESS" for check in checked)
    print(f"{passed} checks passed, {len(wrong)} failed")
    if wrong:
        return 1
    # One scenario alone may be of one revision alone.
    if status or not passed or len(names) > 1 and not all(runs.values()):
        print("The suite did not come to its end:")
        for folder in sorted(results.iterdir()):
            print(folder.joinpath("suite.log").read_text()[-3000:])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
