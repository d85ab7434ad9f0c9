"""URLs of endpoints, and the proxies that the environment names for them."""

from __future__ import annotations

from urllib.request import getproxies, proxy_bypass

from yarl import URL

from ...core.errors import UsageError
from ..settings import without_credentials


def http_url(text: str) -> URL:
    """The URL of an endpoint, its user and password included.

    Raises:
        UsageError: it is not an http(s) URL.
    """
    try:
        url = URL(text.rstrip("/"))
    except ValueError:
        url = URL()
    if url.scheme not in ("http", "https") or not url.host:
        message = f"base_url {without_credentials(text)!r} is not an http(s) URL."
        raise UsageError(message, hint="Write it like http://127.0.0.1:8000/v1.")
    return url


def proxy_for(url: URL) -> URL | None:
    """The proxy that the environment names for this URL.

    Raises:
        UsageError: it is no http proxy.
    """
    host = url.host or ""
    if host in ("127.0.0.1", "localhost", "::1") or proxy_bypass(host):
        return None
    named = getproxies().get(url.scheme)
    if not named:
        return None
    try:
        proxy = URL(named if "://" in named else f"http://{named}")
    except ValueError:
        proxy = URL()
    if proxy.scheme != "http" or not proxy.host:
        message = f"the proxy {without_credentials(named)!r} of {url.scheme}_proxy is not an http:// URL."
        raise UsageError(message, hint="Name one that is, set no_proxy, or take `client: sdk`, which knows others.")
    return proxy
