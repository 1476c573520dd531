# Odoo 19 Community: Debian's package, fetched from sid without touching the system's own sources,
# unpacked beside a venv that has its Python dependencies.

odoo_modules=crm,sale_management,purchase,stock,project,hr,hr_holidays,hr_timesheet,calendar,contacts,rpc,helpdesk,knowledge
odoo_addons=$cache/odoo/usr/lib/python3/dist-packages/odoo/addons
odoo_init_arguments=(--with-demo)
# Reports are drawn by wkhtmltopdf.
system_packages=(postgresql python3-venv libmagic1 wkhtmltopdf)

# The options that keep apt-get in a folder of its own.
private_apt() {
    local apt=$cache/apt command=$1
    shift
    "$command" -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$apt/sources" \
        -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root "$@"
}

# The first stanza (or line) of the machine's own Debian sources, with the suite replaced by sid.
private_sources() {
    local apt=$cache/apt deb822=/etc/apt/sources.list.d/debian.sources
    mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/cache/archives/partial"
    if [ -e "$deb822" ]; then
        sed '/^#/d' "$deb822" | awk 'BEGIN { RS = "" } NR == 1' |
            sed -e 's/^Suites:.*/Suites: sid/' -e 's/^Components:.*/Components: main/' >"$apt/sources/sid.sources"
    else
        grep -m 1 '^deb ' /etc/apt/sources.list |
            sed -E 's/^(deb( \[[^]]*\])? [^ ]+) .*/\1 sid main/' >"$apt/sources/sid.list"
    fi
}

fetch_odoo() {
    private_sources
    private_apt apt-get update
    local package=odoo-19
    if ! private_apt apt-cache show "$package" >/dev/null 2>&1; then
        # sid has moved on: the oldest Odoo that it still has from 19 on.
        package=$(private_apt apt-cache pkgnames odoo- | grep -E '^odoo-(19|[2-9][0-9])$' | sort -V | head -n 1)
        [ -n "$package" ]
        echo "odoo-19 is not in sid any more, taking $package"
    fi
    rm -rf "$cache/deb" "$cache/odoo"
    mkdir -p "$cache/deb"
    (cd "$cache/deb" && private_apt apt-get download "$package")
    dpkg -x "$cache"/deb/odoo-*.deb "$cache/odoo"
    rm -rf "$cache/deb" "$cache/apt"
}

make_venv() {
    local python
    python=$(command -v python3.11 || command -v python3)
    rm -rf "$cache/venv"
    "$python" -m venv "$cache/venv"
    "$cache/venv/bin/python" -m pip install --quiet --no-input -r "$here/19.requirements.txt"
}

prepare_odoo() {
    phase venv "$(cat "$here/19.requirements.txt")" make_venv &
    local venv=$!
    phase fetch '' fetch_odoo
    wait "$venv" || exit 1
}

# The command of this Odoo, ready for arguments.
odoo_command() {
    printf '%s\n' env "PYTHONPATH=$cache/odoo/usr/lib/python3/dist-packages" "$cache/venv/bin/python" -m odoo
}
