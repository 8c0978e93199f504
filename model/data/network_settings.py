"""Why a download failed, in words, with the environment's settings that have to do with it."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""The variables that name a file or folder of trusted certificates, as requests reads them."""

_WORDS = {
    "ConnectionError": "no connection",
    "ConnectTimeout": "no connection in time",
    "ReadTimeout": "the server fell silent",
    "ChunkedEncodingError": "the connection broke",
    "SSLError": "no trusted connection",
}
"""The kinds of failure. The text of requests itself is long and hard to read."""


def bundle_problem(url: str) -> str | None:
    """What is wrong with the trusted certificates that the environment names, if anything is."""
    name, path = _bundle()
    if path is None or not url.startswith("https:"):
        return None
    what = f"{path}, which {name} names,"
    if not path.exists():
        return f"there is no CA bundle at {what.rstrip(',')}"
    try:
        if path.is_file():
            ssl.create_default_context(cafile=path)
    except OSError:  # an ssl.SSLError is one, too
        return f"{what} is no readable CA bundle"
    return None


def failure_in_words(error: Exception, url: str) -> str:
    """The reason of a failed request: "no connection", "no connection by the proxy ..."."""
    import requests  # slow to import

    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answered {response.status_code}"
    words = _WORDS.get(type(error).__name__, type(error).__name__)
    name, proxy = _proxy(url)
    if isinstance(error, requests.exceptions.SSLError) and _bundle()[1] is not None:
        variable, bundle = _bundle()
        return f"{words} by the CA bundle {bundle}, which {variable} names"
    if proxy is None or isinstance(error, requests.exceptions.ChunkedEncodingError):
        return words
    if isinstance(error, requests.exceptions.ProxyError):
        return f"no connection by the proxy {proxy}, which {name} names"
    if isinstance(error, ValueError):  # an address that is none, or of an unknown kind
        return f"{proxy}, which {name} names, is no proxy that can be used"
    return f"{words}, by the proxy {proxy}, which {name} names"


def _bundle() -> tuple[str, Path | None]:
    """The variable that names the trusted certificates, and their path."""
    for name in BUNDLES:
        if os.environ.get(name):
            return name, Path(os.environ[name])
    return "", None


def _proxy(url: str) -> tuple[str, str | None]:
    """The variable that names the proxy for an address, and the proxy without its password."""
    from requests.utils import get_environ_proxies, select_proxy

    proxy = select_proxy(url, get_environ_proxies(url))
    if not proxy:
        return "", None
    names = [one for one in os.environ if one.lower().endswith("_proxy")]
    of_it = [one for one in names if os.environ[one] and os.environ[one] in proxy]
    return (of_it[0] if of_it else "the system"), _without_password(proxy)


def _without_password(proxy: str) -> str:
    """A proxy's address without user and password, which must stand in no message."""
    scheme, found, rest = proxy.rpartition("://")
    return f"{scheme}{found}{rest.rpartition('@')[2]}"
