"""Run inside `odoo shell`: API keys of `admin` and `demo`, and a key of `admin` that no longer works.

Prints shell assignments on lines that begin with `KEY `. Keys do not expire in Odoo 14: the last one was removed.
"""


def key(login, name):
    user = env["res.users"].search([("login", "=", login)])  # noqa: F821 (`env` is the shell's)
    return env["res.users.apikeys"].with_user(user)._generate("rpc", name)  # noqa: F821


print("KEY admin_key=" + key("admin", "tests"))
print("KEY user_key=" + key("demo", "tests"))
print("KEY expired_key=" + key("admin", "tests, removed"))
env.cr.execute("DELETE FROM res_users_apikeys WHERE name = 'tests, removed'")  # noqa: F821
env.cr.commit()  # noqa: F821
