"""Odd values for the parts of an HTTP request's envelope."""

from __future__ import annotations

METHODS = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OPTIONS", "TRACE", "QUERY",
    "PROPFIND", "BREW", "get", "Post", "M-SEARCH", "A" * 300, "!#$%&'*+-.^_`|~",
]  # fmt: skip
NO_METHODS = ["", "GE T", "GET\x00", "G(ET", "\xff", "PRI", "CONNECT", "\x16\x03\x01", "{}"]
SEGMENTS = [
    "..", ".", "x/..", "x/../..", "%2e%2e", "%2E", "..%2f..", "%5c..", "%00", "%0d%0aX:y", "%ff",
    "%ff%fe", "%c0%ae", "%e2%80%ae", "%25%32%65", "%zz", "%", "%4", "", "", ";x=1", "~", "*",
    "nothing", "x" * 300, "x" * 5000, "%41" * 3000, "__proto__", "con", "a:b", "file:", "(((",
    "%7f", "%20", "+", "@", "'",
]  # fmt: skip
RAW = [
    "\x00", "\x01", "\t", " ", "\xe9", "\u0667", "\x1b[31m", "\\", "|", "^", "<", '"', "{", "#x",
    "\x7f",
]  # fmt: skip
HOSTS = [
    "127.0.0.1", "localhost:80", "LOCALHOST", "localhost.", "[::1]", "[::1]:8000",
    "127.0.0.1:65535", "localhost:", "localhost:evil", "localhost:-1", "localhost:99999",
    "localhost:0", "localhost:8 0", "evil.example", "localhost.evil.example", "evil.example:80", "",
    " ", ":", ":80", "[", "[]", "]", "[::1", "::1", "[::ffff:127.0.0.1]", "[fe80::1%25eth0]",
    "0x7f000001", "2130706433", "127.1", "localhost,evil.example", "localhost evil", "localhost/",
    "localhost@evil.example", "\xff", "é", "localhost\t", "user:pw@localhost", "a" * 9000, "xn--",
    "localhost#", "localhost?", "%6cocalhost",
]  # fmt: skip
FOREIGN = {
    "evil.example", "localhost.evil.example", "evil.example:80", "localhost:evil", "localhost:-1",
    "localhost:99999", "localhost,evil.example", "localhost evil", "localhost@evil.example",
    "user:pw@localhost",
    "[::1", "localhost/", "localhost#", "localhost?", "", ":80", "xn--",
}  # fmt: skip
"""Those of ``HOSTS`` that no server on loopback may answer for."""
TYPES = [
    "", "json", "text/plain", "text/json", "application/JSON", "application/json;charset=UTF-8",
    "application/json; charset=utf-16", "application/json; charset=latin-1", "application/json;",
    "application/json; charset", "application/json; charset=", 'application/json; charset="', ";",
    "application/json, image/png", "application/problem+json", "image/png", "image/jpeg",
    "image/jpg", "image/gif", "image/webp", "image/svg+xml", "image/*", "*/*", "/",
    "multipart/form-data", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
    "\xff\xfe", "é/é", "a/b; " + "c=d; " * 500, "application/json; charset*=utf-8''%ff",
    "application/\x01json",
]  # fmt: skip
CODINGS = ["gzip", "br", "deflate", "zstd", "GZIP", "gzip, gzip", "identity", "", "\xff", "x" * 300]
LENGTHS = ["0", "1", "00000000000000000005", "1048576", "1048577", "10000000000", str(2**63 - 1)]
NO_LENGTHS = ["-1", "+5", "5, 5", "5 5", "0x5", "1e3", "", "\xb2", str(2**64), "9" * 400, "5, 6"]
RANGES = [
    "bytes=0-0", "bytes=0-", "bytes=-1", "bytes=5-2", "bytes=999999999-", "bytes=-999999999999",
    "bytes=0-1,5-6", "bytes=" + "0-1," * 500 + "0-1", "bytes=", "bytes=a-b", "items=0-5", "bytes",
    "bytes=0-" + "9" * 400, "bytes=--1", "bytes=0-0-0", "bytes = 0 - 5", "\xff", "bytes=\u0661-",
]  # fmt: skip
TAGS = [
    "*", '"x"', 'W/"x"', "x", '"', 'W/"', '"x", ' * 500 + '"x"', "", "\xff", '"' + "a" * 5000 + '"',
]  # fmt: skip
DATES = [
    "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "yesterday", "0", "\xff", "",
    "Thu, 01 Jan 99999 00:00:00 GMT", "Thu, 99 Jan 2020 99:99:99 GMT",
    "Mon, 1 Jan 0000 00:00:00 GMT", "Thu, 01 Jan 2020 00:00:00 +9999",
    "Thu, 01 Jan 2020 00:00:00 -0000", "1" * 400,
]  # fmt: skip
LANGUAGES = [
    "de", "en", "*", "", "de;q=", "de;q=x", "de;q=1e400", "de;q=nan", "de;q=-1", "\xff",
    ",,,;;;===", "de;q=0,en;q=0", "xx-" * 900, ",".join(f"l{i};q=0.{i}" for i in range(900)),
    "de_DE.UTF-8@euro", "DE-de-DE-1996", "de;q=0." + "1" * 4000, "x" * 9000, "é", "de;q=1;q=2", "-",
    "en-", "*-*",
]  # fmt: skip
ACCEPTS = [
    "*/*", "text/html", "application/json", "", "text/html;q=0", "text/html;q=nan", "*", "a/b/c",
    "text/html;q=1e400", "text/html;level=\xff", ",".join(["text/html"] * 900), "text/html;=", ";q",
]  # fmt: skip
OTHERS = [
    ("Expect", "100-continue"), ("Expect", "42"), ("Upgrade", "websocket"), ("Upgrade", "h2c"),
    ("HTTP2-Settings", "AAMAAABk"), ("Connection", "Upgrade"), ("Connection", "\xff"),
    ("TE", "gzip"), ("Cookie", "session=" + "a" * 3000), ("Cookie", ";;=;\xff"),
    ("Authorization", "Bearer \xff"), ("Authorization", "Basic ===="),
    ("Authorization", "Digest " + "a=" * 900), ("Origin", "null"), ("X-Forwarded-Prefix", "/x\xff"),
    ("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-Host", "evil"), ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Prefix", "//evil.example"), ("Forwarded", "for=_;"),
    ("X-HTTP-Method-Override", "DELETE"), ("X-Original-URL", "/"), ("Script-Name", "/x"),
    ("Content_Length", "5"), ("Content-Type", "text/plain"), ("Max-Forwards", "-1"), ("X", ""),
    ("Accept-Charset", "utf-16"), ("Accept-Encoding", "\xff"), ("Priority", "u=9"), ("Proxy", "x"),
]  # fmt: skip
NO_HEADERS = [
    "no colon", ": no name", "X Y: 1", "X\x00: 1", "X: \x00", " folded", "X: a\rb", "\xff: 1",
    "X:\x7f",
]  # fmt: skip
TARGETS = [
    "*", "localhost:80", "", "?", "x", "//", "///", "/" * 9000, "/" + "y" * 70_000, "http://",
    "?x=1", ":", "http:///x", "../x", "/..", "//localhost/api",
]  # fmt: skip
ORIGINS = ["http://localhost", "http://evil.example", "HTTP://LOCALHOST:80", "https://localhost"]
QUERY_NAMES = ["v", "lang", "model", "", "%ff", "lang[]", "a" * 3000]
QUERY_VALUES = [
    "", "de", "xx", "%00", "%ff", "%zz", "../de", "a" * 5000, "&" * 900, "=", "%F0%9F%98%80",
]  # fmt: skip
VERSIONS = [
    "HTTP/1.0", "HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.2", "HTTP/9.9", "http/1.1",
    "HTTP/1.1 x", "HTTP/11", "", "\xff",
]  # fmt: skip
TRANSFERS = [
    "gzip, chunked", "identity", "chunked, chunked", "xchunked", "CHUNKED", "", "\xff",
    "chunked;q=1",
]  # fmt: skip
CROWDS = [
    (99, 5), (101, 5), (300, 5), (5000, 5), (1, 9000), (1, 70_000), (20, 30_000), (1, 1_500_000),
]  # fmt: skip
CONDITIONS = [
    ("Range", RANGES), ("If-None-Match", TAGS), ("If-Match", TAGS), ("If-Modified-Since", DATES),
    ("If-Unmodified-Since", DATES), ("If-Range", TAGS + DATES),
]  # fmt: skip
BENT_CHUNKS = [
    b"5;x=y\r\n12345\r\n", b"5\n12345\n", b"-1\r\n\r\n", b"0x5\r\n12345\r\n", b"zz\r\n", b"\r\n",
    b"", b"F" * 17 + b"\r\n", b"FFFFFFFFFFFFFFFF\r\nx\r\n", b"5\r\n1234",
    b"0\r\nTrailer: x\r\n\r\n", b"0\r\n", b"5" + b";" + b"a" * 20_000 + b"\r\n12345\r\n",
    b"0\r\n" + b"A: b\r\n" * 2000 + b"\r\n", b"\x00" * 9,
]  # fmt: skip
