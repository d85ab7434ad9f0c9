"""HTTP/1.1 to one server, as cheap as it can be: keep-alive connections, a parser in C, and errors by cause."""

from .client import HttpClient
from .reply import HttpReply
from .url import http_url, proxy_for

__all__ = ["HttpClient", "HttpReply", "http_url", "proxy_for"]
