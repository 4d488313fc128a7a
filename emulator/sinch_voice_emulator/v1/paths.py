"""Path forms seen in the wild for one documented path (``rest-api.md`` section 1.2). All are served, none redirects."""

from __future__ import annotations

_TRAFFIC = "/calling/v1/"

REFUSED_WITHOUT_NAME = frozenset({("/calling/v1/recording/{key}", "DELETE")})
"""Operations that say themselves that a name is missing (400 / 40002 ``No key specified``)."""


def forms_of(path: str, method: str) -> tuple[str, ...]:
    """Every form of a documented path, the documented one first, without a slash at the end."""
    if path.startswith(_TRAFFIC):
        rest = path[len(_TRAFFIC) :]
        forms = [path, f"/v1/{rest}"]
        if method == "PATCH" and rest.startswith("calls/id/"):
            singular = rest.replace("calls/", "call/", 1)
            forms += [f"/calling/v1/{singular}", f"/v1/{singular}"]
        return tuple(forms)
    if path.startswith("/v1/calling/query/"):
        rest = path.removeprefix("/v1/calling/")
        return path, f"/calling{path}", f"/calling/v1/{rest}", f"/calling/{rest}"
    return path, f"/calling{path}"


def all_forms_of(path: str, method: str) -> tuple[str, ...]:
    """What is routed to an operation: its forms, and those that lack their last name where the refusal is documented."""
    forms = forms_of(path, method)
    if (path, method) in REFUSED_WITHOUT_NAME:
        return (*forms, *(form.rpartition("/")[0] for form in forms))
    return forms
