import type * as tls from "node:tls";

/** node:tls takes a while to load: a program that never speaks TLS never pays for it. */
export function nodeTls(): typeof tls {
  return process.getBuiltinModule("node:tls");
}
