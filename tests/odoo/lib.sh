# Shared by `up` and `down`: where things lie, how a phase runs, how PostgreSQL is reached.
# Sourced by bash with `set -euo pipefail`; $version is the Odoo version asked for.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=$root/.cache/odoo-$version
logs=$cache/log
stamps=$cache/done
pg_user=odoo

# Odoo is on this machine: no proxy leads to it.
export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}" no_proxy="127.0.0.1,localhost${no_proxy:+,$no_proxy}"

say() { printf 'odoo %s: %s\n' "$version" "$*"; }

# One sentence, the end of the log that explains it, and a failing exit.
fail() {
    local sentence=$1 log=${2:-}
    printf 'odoo %s: %s\n' "$version" "$sentence" >&2
    if [ -n "$log" ] && [ -s "$log" ]; then
        printf -- '--- the end of %s\n' "$log" >&2
        tail -n 40 "$log" >&2
    fi
    exit 1
}

# phase NAME INPUT COMMAND…: runs it once for that input, which may be any text; a re-run after a failure begins at
# that phase again.
phase() {
    local name=$1 input=$2 started=$SECONDS
    shift 2
    if [ -e "$stamps/$name" ] && [ "$(cat "$stamps/$name")" = "$input" ]; then return; fi
    # In a subshell of its own: inside `if` or `||`, bash would ignore `set -e`.
    set +e
    (
        set -euo pipefail
        "$@"
    ) >"$logs/$name.log" 2>&1 </dev/null 9>&-
    local status=$?
    set -e
    [ $status = 0 ] || fail "the phase \`$name\` failed (exit $status)." "$logs/$name.log"
    printf '%s' "$input" >"$stamps/$name"
    say "$name: $((SECONDS - started)) s"
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# True if the process in the file lives and its command line holds the text (a pid may have been reused).
alive() {
    local file=$1 text=$2
    [ -s "$file" ] && tr '\0' ' ' <"/proc/$(cat "$file")/cmdline" 2>/dev/null | grep -qF -- "$text"
}

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        (cd / && "$@")
    fi
}

pg_bin() { ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1; }

# The cluster lies beside the rest, unless its user cannot reach that folder (a checkout below /root).
pg_data() {
    if [ "$(id -u)" = 0 ] && ! runuser -u postgres -- test -x "$cache"; then
        printf '/var/tmp/tooldoo-odoo-%s-%s' "$version" "$(printf '%s' "$root" | cksum | cut -d' ' -f1)"
    else
        printf '%s/postgres' "$cache"
    fi
}

pg_running() { as_postgres "$(pg_bin)/pg_ctl" -D "$(pg_data)" status >/dev/null 2>&1; }

# sql DATABASE STATEMENT
sql() {
    "$(pg_bin)/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$(cat "$cache/pg.port")" -U "$pg_user" -d "$1" -c "$2"
}

# The tests' own addons, as text that changes with them.
addons_sum() {
    (cd "$here/addons" && find . -type f ! -path '*/__pycache__/*' | LC_ALL=C sort | xargs cksum | cksum)
}
