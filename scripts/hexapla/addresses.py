"""Addresses: what a browser makes of one, and what is wrong with it.

As the WHATWG URL standard reads them. Where a whole one has to be read, host and all, Ada does it (through ada_url).
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from hexapla.problems import Text, say

SAFE_SCHEMES = frozenset({"", "http", "https", "mailto", "tel", "sms", "xmpp", "irc", "ircs"})
"""Schemes that lead a reader to a page, a mailbox or a conversation, and do nothing else."""

LONGEST = 8000
"""Servers need not take longer addresses than this many characters (RFC 9110, section 4.1)."""

PRIVATE_NAMES = re.compile(r"(?:^|\.)(?:localhost|local|localdomain|internal|intranet|lan|home\.arpa|test|invalid)\.?$")
"""Names that no public server has (RFC 6761, RFC 6762, RFC 8375), or that are usual inside a house."""


def scheme_of(address: str) -> str:
    """Give the scheme that a browser sees in an address, in lower case; empty for a relative one.

    As the WHATWG URL standard says: control characters and spaces around it go, tabs and line ends go everywhere.
    """
    cleaned = re.sub(r"[\t\r\n\u2028\u2029\x00]", "", address).strip("".join(map(chr, range(33))) + "\u00a0\u3000")
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)\s*:", cleaned)
    return match[1].lower() if match else ""


def host_of(address: str) -> str:
    """Give the host of an absolute address, in lower case; empty for a relative one."""
    cleaned = re.sub(r"[\t\r\n\x00]", "", address).strip().replace("\\", "/")
    # A browser takes `https:host` and `https:///host` for `https://host`.
    cleaned = re.sub(r"^(https?:)/*", r"\1//", cleaned, flags=re.IGNORECASE)
    try:
        return (urlsplit(cleaned).hostname or "").lower()
    except ValueError:
        return cleaned


def is_safe_address(address: str) -> bool:
    """Whether nothing can happen to a reader who follows an address, but to get there."""
    scheme = scheme_of(address)
    if scheme not in SAFE_SCHEMES or re.search(r"[\x00-\x1f\ufffd]", address.strip()):
        return False
    if scheme in ("", "http", "https"):
        rest = address.strip()[len(scheme) + 1 if scheme else 0 :]
        authority = re.split(r"[/?#]", rest.removeprefix("//"), maxsplit=1)[0]
        is_absolute = bool(scheme) or rest.startswith(("//", "\\"))
        return "\\" not in rest and not (not scheme and is_absolute) and not (is_absolute and "@" in authority)
    return True


# Hosts

NOT_PUBLIC_4 = (
    IPv4Network("192.0.0.0/24"),  # for protocols; Python knows parts of it as global
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv4Network("168.63.129.16/32"),  # a cloud's own services, at an address that looks like any other
)
GLOBAL_6 = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")

IpAddress = IPv4Address | IPv6Address


def is_public(address: IpAddress) -> bool:
    """Tell whether an address is anybody's to reach, and every address that is wrapped in it as well."""
    if isinstance(address, IPv4Address):
        if address.is_multicast or address.is_reserved or any(address in network for network in NOT_PUBLIC_4):
            return False
        return address.is_global
    if address.scope_id or address.is_multicast:
        return False
    if address in NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    # Mapped addresses are outside of what is global, so they are refused even where the wrapped one is public.
    if address not in GLOBAL_6 or not address.is_global or address.teredo:
        return False
    return address.sixtofour is None or is_public(address.sixtofour)


def is_private(host: str) -> bool:
    """Tell whether a host as written is an address that is not public, in any form that browsers read, or localhost.

    `0x7f.1`, `2130706433`, `[::ffff:10.0.0.1]` and `::1` are. Other names are not looked up, so they are not; nor is
    what is no host at all.
    """
    name = _host(host)
    if name is None:
        return False
    address = address_of(name)
    if address is not None:
        return not is_public(address)
    name = name.rstrip(".")
    return name == "localhost" or name.endswith(".localhost")


def _host(host: str) -> str | None:
    """Give a host as browsers read it."""
    import ada_url

    bracketed = f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host
    if re.search(r"[/?#@\\\s]", bracketed):
        return None
    try:
        return ada_url.URL(f"http://{bracketed}/").hostname or None
    except ValueError:
        return None


def address_of(host: str) -> IpAddress | None:
    """Read a host that is an address; None where it is a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


# References of a built site


class Base(NamedTuple):
    """Where a site is published: its host, with a port if it has one, and the path of its root, which ends in `/`."""

    host: str
    path: str

    @classmethod
    def of(cls, address: str) -> Base:
        """Read the address of a site; one that is empty, or none, is of a site whose host nobody knows."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return cls("", "/")
        return cls(parts.netloc.lower(), parts.path.rstrip("/") + "/")


class Reference(NamedTuple):
    """What a reference says by itself, wherever it stands.

    One that leads inside the site has the `path` from its root (`up` is -1) or from so many folders `up`; the path is
    decoded, and None where the reference only names a part of its own page. `fragment` is as written. Where it leads
    outside, `host` and `address` say where to; `is_absolute` tells that it was written with the site's own host. What
    is wrong with it has a `rule`, a message and a hint.
    """

    path: str | None = None
    up: int = 0
    fragment: str = ""
    host: str = ""
    address: str = ""
    is_absolute: bool = False
    rule: str = ""
    message: Text | str = ""
    hint: Text | str = ""

    @property
    def is_inside(self) -> bool:
        """Whether it leads to the site itself."""
        return not self.rule and not self.address


def refuse(rule: str, message: Text, hint: Text) -> Reference:
    """Make a reference that leads nowhere, and say why."""
    return Reference(rule=rule, message=message, hint=hint)


SIMPLE = re.compile(r"(?!//)(?:[A-Za-z0-9_./-]+(?:#[A-Za-z0-9_.-]*)?|#[A-Za-z0-9_.-]*)")
"""Relative references, and the rest of whole ones behind the host, in which nothing can be wrong, as most are."""


@lru_cache(maxsize=200_000)
def read(text: str, base: Base, is_resource: bool = False) -> Reference:
    """Read a reference. One that `is_resource` loads a picture, a style or the like, and may hold it: `data:`."""
    if len(text) <= LONGEST:
        if SIMPLE.fullmatch(text):
            return _relative(text, base)
        if (own := _own(base)) and text.startswith(own) and SIMPLE.fullmatch(text, len(own) - 1):
            return _on_own_host(text[len(own) - 1 :], base)
    scheme = scheme_of(text)
    if scheme not in SAFE_SCHEMES and not (scheme == "data" and is_resource):
        what = say("%(scheme)s is no scheme that a page may use", scheme=quoted(scheme + ":"))
        hint = say("write an address that begins with https:, mailto: or tel:, or a relative one")
        return refuse("url-scheme", what, hint)
    if wrong := _wrong_characters(text, is_resource):
        return wrong
    if scheme in ("http", "https") or text.startswith("//"):
        return _absolute(text, scheme, base)
    if scheme:
        return _other(text, scheme, is_resource)
    return _relative(text, base)


@lru_cache(maxsize=16)
def _own(base: Base) -> str:
    """Give the address of a site's host as it is usually written; empty where browsers write it otherwise."""
    import ada_url

    try:
        return f"https://{base.host}/" if ada_url.URL(f"https://{base.host}/").host == base.host else ""
    except ValueError:
        return ""


def _on_own_host(path: str, base: Base) -> Reference:
    inner = _relative(path, base)
    return inner if inner.rule else inner._replace(is_absolute=True)


def _wrong_characters(text: str, is_resource: bool) -> Reference | None:
    if not text.strip():
        return refuse("malformed-url", say("the address is empty"), say("write where it leads, or remove the link"))
    if is_resource and text[:5].lower() == "data:":
        return None
    if len(text) > LONGEST:
        what = say(
            "the address is %(count)s characters long, and %(limit)s are the limit", count=len(text), limit=LONGEST
        )
        return refuse("malformed-url", what, say("write a shorter one"))
    if match := re.search(r"[\x00-\x1f\x7f]", text):
        code = f"U+{ord(match[0]):04X}"
        what = say("the address %(address)s holds the control character %(code)s", address=quoted(text), code=code)
        return refuse("malformed-url", what, say("remove it"))
    if re.search(r"[\ufffd\ud800-\udfff]", text):
        what = say("the address %(address)s holds a character that nobody could read", address=quoted(text))
        return refuse("malformed-url", what, say("write it again, in UTF-8"))
    if re.search(r"\s", text):
        what = say("the address %(address)s holds a space", address=quoted(text))
        return refuse(
            "malformed-url", what, say("write %(right)s for a space, and none around the address", right="%20")
        )
    if "\\" in re.split("[?#]", text, maxsplit=1)[0]:
        what = say("the address %(address)s holds a backslash", address=quoted(text))
        return refuse("malformed-url", what, say("write / instead"))
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        what = say("the address %(address)s holds a percent sign that escapes nothing", address=quoted(text))
        return refuse("malformed-url", what, say("write %(right)s for the sign itself", right="%25"))
    return None


def quoted(text: str) -> str:
    """Show an address as a part of a sentence: short, and with nothing in it that a terminal would obey."""
    return repr(text if len(text) <= 100 else text[:99] + "…")


def visible(text: str) -> str:
    """Show a path or an anchor: as quoted, but without the quotation marks."""
    text = text if len(text) <= 100 else text[:99] + "…"
    return text if text.isprintable() else "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def _absolute(text: str, scheme: str, base: Base) -> Reference:
    import ada_url

    hint = say("write it as https://example.org/page")
    whole = text if scheme else "https:" + text
    if scheme and not re.match(r"https?://[^/]", text, re.IGNORECASE):
        what = say("the address %(address)s has not two slashes and a host behind its scheme", address=quoted(text))
        return refuse("malformed-url", what, hint)
    try:
        parsed = ada_url.URL(whole)
    except ValueError:
        what = say("browsers cannot read the address %(address)s: its host or its port is wrong", address=quoted(text))
        return refuse("malformed-url", what, hint)
    if parsed.username or parsed.password:
        what = say(
            "in %(address)s, what stands before @ hides the host %(host)s", address=quoted(text), host=parsed.hostname
        )
        return refuse("malformed-url", what, say("remove what stands before the host, and the @"))
    if base.host and parsed.host == base.host:
        rest = re.sub(r"^(?:https?:)?//[^/?#]*", "", text, flags=re.IGNORECASE)
        return _on_own_host(rest if rest.startswith("/") else "/" + rest, base)
    address = address_of(parsed.hostname)
    if PRIVATE_NAMES.search(parsed.hostname) or (address is not None and not is_public(address)):
        what = say("the host %(host)s is one of somebody’s own computer or network", host=parsed.hostname)
        return refuse("development-host", what, say("write the address that readers can reach"))
    if "." not in parsed.hostname.strip(".") and not parsed.hostname.startswith("["):
        what = say("%(host)s is no name of a public host", host=quoted(parsed.hostname))
        return refuse("malformed-url", what, hint)
    return Reference(host=parsed.hostname, address=whole)


def _other(text: str, scheme: str, is_resource: bool) -> Reference:
    """Read an address of another scheme than the web's own."""
    if scheme == "data" and is_resource:
        return Reference(address=text[:5])
    rest = text.partition(":")[2]
    if scheme == "mailto":
        to, _, query = rest.partition("?")
        boxes = [unquote(box) for box in to.split(",")] if to else re.findall(r"(?:^|&)to=([^&]+)", query)
        # The plain form of RFC 5322; what lies beyond it, hardly any mail program takes from a link.
        if not boxes or not all(
            re.fullmatch(r"[^\s@<>()\[\],;:\\\"]+@[\w-]+(?:\.[\w-]+)+", unquote(box)) for box in boxes
        ):
            what = say("%(address)s holds no address of a mailbox", address=quoted(text))
            return refuse("malformed-url", what, say("write mailto:name@example.org"))
    elif scheme in ("tel", "sms") and not re.match(r"\+?[\d().-]*\d", unquote(rest)):
        what = say("%(address)s holds no number", address=quoted(text))
        return refuse("malformed-url", what, say("write tel:+3545550100"))
    return Reference(address=text)


def _relative(text: str, base: Base) -> Reference:
    address, _, fragment = text.partition("#")
    address = address.partition("?")[0]
    try:
        path = unquote(address, errors="strict")
    except UnicodeDecodeError:
        what = say("the escapes in %(address)s are no UTF-8", address=quoted(text))
        return refuse("malformed-url", what, say("write the letters themselves"))
    if not path:
        return Reference(fragment=fragment)
    if path.startswith("/"):
        if not (path + "/").startswith(base.path):
            return Reference(host=base.host, address=text, is_absolute=True)
        path, up = path[len(base.path) :], -1
    else:
        up = 0
    if "." not in path:
        return Reference(path, up, fragment)
    kept: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            if kept:
                kept.pop()
            elif up >= 0:
                up += 1
        elif part != ".":
            kept.append(part)
    if parts[-1] in (".", "..") and (kept or up >= 0):
        kept.append("")
    return Reference("/".join(kept), up, fragment)


def below(folders: tuple[str, ...], reference: Reference, base: Base) -> str | None:
    """Give the path below the site's root to which a reference leads from a file.

    `folders` are the file's folder and those above it, each ending in `/`, the root (empty) last. None where the
    reference names only a part of its own page, which is the same file.
    """
    if reference.path is None:
        return None
    if reference.up < 0:
        return reference.path
    if reference.up >= len(folders) and base.path != "/":
        return "../" + reference.path  # out of the site
    # A browser stops at the root of a host, however far an address climbs.
    return folders[min(reference.up, len(folders) - 1)] + reference.path


def folders_of(path: str) -> tuple[str, ...]:
    """Give the folder of a file below the root, and those above it: `a/b/c.html` is in `a/b/`, `a/` and the root."""
    parts = path.split("/")[:-1]
    return tuple("/".join(parts[:count]) + "/" if count else "" for count in range(len(parts), -1, -1))
