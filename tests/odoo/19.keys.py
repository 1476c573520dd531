"""Run inside `odoo shell`: API keys of `admin` and `demo`, and a key of `admin` that has expired.

Prints shell assignments on lines that begin with `KEY `. `_generate` limits how long a key may live,
so the dates are set afterwards: the template database outlives such limits.
"""

from datetime import datetime, timedelta


def key(login, name, expires):
    user = env["res.users"].search([("login", "=", login)])  # noqa: F821 (`env` is the shell's)
    tomorrow = datetime.now() + timedelta(days=1)
    value = env["res.users.apikeys"].with_user(user)._generate("rpc", name, tomorrow)  # noqa: F821
    env.cr.execute(  # noqa: F821
        "UPDATE res_users_apikeys SET expiration_date = %s WHERE user_id = %s AND name = %s", (expires, user.id, name)
    )
    return value


print("KEY admin_key=" + key("admin", "tests", datetime(2099, 1, 1)))
print("KEY user_key=" + key("demo", "tests", datetime(2099, 1, 1)))
print("KEY expired_key=" + key("admin", "tests, expired", datetime(2020, 1, 1)))
env.cr.commit()  # noqa: F821
