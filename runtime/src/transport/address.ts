/** Where a server listens or a channel dials, parsed. */
export type Address =
  | { readonly scheme: "tcp" | "tls"; readonly host: string; readonly port: number; readonly text: string }
  | { readonly scheme: "unix"; readonly path: string; readonly text: string }
  | { readonly scheme: "memory"; readonly name: string; readonly text: string };

/** The longest first. */
const separators = ["://", "@", ":"] as const;

const forms = "tcp://host:port, tls://host:port, unix:///path or memory:name";

/**
 * Parses an address. `tcp@host:port` and `unix@/path`, the forms of the classic frameworks, are taken too.
 * @throws TypeError that says what is wrong with it
 */
export function parseAddress(text: string): Address {
  const scheme = schemeOf(text);
  const separator = separators.find((each) => text.startsWith(each, scheme.length));
  if (scheme === "" || separator === undefined) throw refused(text, `it names no transport; use ${forms}`);
  const rest = text.slice(scheme.length + separator.length);
  switch (scheme) {
    case "tcp":
    case "tls":
      if (separator === ":") throw refused(text, `write ${scheme}://host:port`);
      return parseHost(text, scheme, rest);
    case "unix":
      if (!rest.startsWith("/")) throw refused(text, "write an absolute path: unix:///run/orders.sock");
      return { scheme, path: rest, text: `unix://${rest}` };
    case "memory":
      if (separator !== ":" || rest === "") throw refused(text, "write memory:name");
      return { scheme, name: rest, text: `memory:${rest}` };
    default:
      throw refused(text, `there is no transport "${scheme}"; use ${forms}`);
  }
}

/** An address of a host as text, with an IPv6 one in brackets. */
export function hostAddress(scheme: "tcp" | "tls", host: string, port: number): string {
  return host.includes(":") ? `${scheme}://[${host}]:${port}` : `${scheme}://${host}:${port}`;
}

function parseHost(text: string, scheme: "tcp" | "tls", rest: string): Address {
  const whole = rest.endsWith("/") ? rest.slice(0, -1) : rest;
  const colon = whole.lastIndexOf(":");
  const host = unbracketed(whole.slice(0, Math.max(colon, 0)));
  const digits = whole.slice(colon + 1);
  if (colon < 0 || host === undefined || !isPort(digits))
    throw refused(text, `write ${scheme}://host:port, with an IPv6 host in brackets`);
  const port = Number(digits);
  if (host === "") throw refused(text, "it has no host; 0.0.0.0 or [::] listens on every interface");
  if (port > 65_535) throw refused(text, "a port is at most 65535");
  return { scheme, host, port, text: hostAddress(scheme, host, port) };
}

// Characters are looked at one by one: to compile a regular expression takes 0.3 ms of a program's start.

/** The small letters that it begins with. */
function schemeOf(text: string): string {
  let end = 0;
  while (isBetween(text, end, 0x61, 0x7a)) end++;
  return text.slice(0, end);
}

function isPort(digits: string): boolean {
  let end = 0;
  while (isBetween(digits, end, 0x30, 0x39)) end++;
  return end === digits.length && end >= 1 && end <= 5;
}

function isBetween(text: string, index: number, low: number, high: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= low && unit <= high;
}

/** A host as it is dialled; undefined where it cannot be one. */
function unbracketed(host: string): string | undefined {
  if (host.startsWith("[") && host.length > 2 && host.indexOf("]") === host.length - 1)
    return host.slice(1, -1);
  for (const each of host) if (":/@".includes(each) || each.trim() === "") return undefined;
  return host;
}

function refused(text: string, why: string): TypeError {
  return new TypeError(`address ${JSON.stringify(text)} is refused: ${why}`);
}
