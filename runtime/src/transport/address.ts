/** Where a server listens or a channel dials, parsed. */
export type Address =
  | { readonly scheme: "tcp" | "tls"; readonly host: string; readonly port: number; readonly text: string }
  | { readonly scheme: "unix"; readonly path: string; readonly text: string }
  | { readonly scheme: "memory"; readonly name: string; readonly text: string };

const forms = "tcp://host:port, tls://host:port, unix:///path or memory:name";

/**
 * Parses an address. `tcp@host:port` and `unix@/path`, the forms of the classic frameworks, are taken too.
 * @throws TypeError that says what is wrong with it
 */
export function parseAddress(text: string): Address {
  const match = /^([a-z]+)(:\/\/|@|:)(.*)$/s.exec(text);
  if (match === null) throw refused(text, `it names no transport; use ${forms}`);
  const [, scheme, separator, rest] = match as unknown as [string, string, string, string];
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
  const match = /^(?:\[([^\]]+)\]|([^:/@\s]*)):(\d{1,5})\/?$/.exec(rest);
  if (match === null) throw refused(text, `write ${scheme}://host:port, with an IPv6 host in brackets`);
  const host = match[1] ?? match[2]!;
  const port = Number(match[3]);
  if (host === "") throw refused(text, "it has no host; 0.0.0.0 or [::] listens on every interface");
  if (port > 65_535) throw refused(text, "a port is at most 65535");
  return { scheme, host, port, text: hostAddress(scheme, host, port) };
}

function refused(text: string, why: string): TypeError {
  return new TypeError(`address ${JSON.stringify(text)} is refused: ${why}`);
}
