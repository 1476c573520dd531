# Odoo 14 Community: Debian 11's package, installed in a Debian 11 of its own below the cache, from the mirror
# that this machine's Debian comes from. It runs in that root, as root, with the host's network.

odoo_modules=crm,sale_management,purchase,stock,project,hr,hr_holidays,hr_timesheet,calendar,contacts,helpdesk,knowledge
# As Odoo sees it, in its own root.
odoo_addons=/usr/lib/python3/dist-packages/odoo/addons
# Demo data is 14's default.
odoo_init_arguments=()
system_packages=(postgresql debootstrap)

debian=$cache/debian

# The first mirror of the machine's own Debian sources.
debian_mirror() {
    local deb822=/etc/apt/sources.list.d/debian.sources
    if [ -e "$deb822" ]; then
        sed -n 's/^URIs: *\([^ ]*\).*/\1/p' "$deb822" | head -n 1
    else
        sed -nE 's/^deb( \[[^]]*\])? ([^ ]+) .*/\2/p' /etc/apt/sources.list | head -n 1
    fi
}

make_debian() {
    local mirror
    mirror=$(debian_mirror)
    [ -n "$mirror" ]
    rm -rf "$debian"
    # In a mount namespace of its own: cut short, it leaves nothing mounted that a later `rm` would meet.
    unshare --mount --propagation private debootstrap --variant=minbase bullseye "$debian" "$mirror"
    # How this machine fetches holds for that root too: proxies, dates, names.
    apt-config dump --no-empty Acquire >"$debian/etc/apt/apt.conf.d/90machine"
    cp /etc/hosts /etc/resolv.conf "$debian/etc/"
    # Nothing may start there, nor wait for a disk.
    printf '#!/bin/sh\nexit 101\n' >"$debian/usr/sbin/policy-rc.d"
    chmod 755 "$debian/usr/sbin/policy-rc.d"
    echo force-unsafe-io >"$debian/etc/dpkg/dpkg.cfg.d/unsafe-io"
    # Manuals and translations of what Odoo is made of are of no use there.
    printf 'path-exclude=/usr/share/%s/*\n' doc man locale >"$debian/etc/dpkg/dpkg.cfg.d/small"
}

install_odoo() {
    in_debian apt-get update
    in_debian env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends odoo-14 wkhtmltopdf
    in_debian apt-get clean
}

prepare_odoo() {
    phase debian '' make_debian
    # Reports are drawn by wkhtmltopdf.
    phase install 'odoo-14 wkhtmltopdf' install_odoo
}

# in_debian COMMAND…: `/proc` and this cache are mounted for the command alone, so nothing stays mounted behind it.
in_debian() {
    local command
    mapfile -t command < <(debian_command)
    "${command[@]}" "$@"
}

debian_command() {
    local mount_and_enter='mkdir -p "$0$1" && mount -t proc proc "$0/proc" && mount --bind "$1" "$0$1" && cd / && r=$0 && shift && exec chroot "$r" "$@"'
    printf '%s\n' unshare --mount --propagation private sh -c "$mount_and_enter" "$debian" "$cache"
}

# The command of this Odoo, ready for arguments.
odoo_command() {
    debian_command
    printf '%s\n' odoo
}
