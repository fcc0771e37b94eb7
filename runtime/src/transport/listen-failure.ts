interface Explanation {
  /** Why a port of a host cannot be listened at, and what helps. */
  readonly port: string;
  /** The same of a unix socket's path. */
  readonly path: string;
}

const noAddress =
  "this machine has no such address: 0.0.0.0 or [::] takes all that it has, 127.0.0.1 is for itself alone";

/** By the system's error code. */
const explanations: Readonly<Partial<Record<string, Partial<Explanation>>>> = {
  EADDRINUSE: {
    port: "another server listens there already: stop it, or take another port; port 0 is one that is free",
    path: "another server listens there already, or the file is no socket and somebody's data: stop that server, move the file, or take another path",
  },
  EACCES: {
    port: "this process may not take that port: take one from 1024, or give it the right to (on Linux CAP_NET_BIND_SERVICE)",
    // Which of the two, the system does not tell: to it a missing folder is no permission either.
    path: "its folder is missing, or this process may not write there: make the folder, give the process the right to, or take another path",
  },
  EADDRNOTAVAIL: { port: noAddress },
  EAFNOSUPPORT: { port: noAddress },
  ENOTFOUND: { port: "its host has no address: write one that this machine has, or 0.0.0.0 for all" },
  EINVAL: { path: "the path is too long for a socket: Linux takes 107 bytes, macOS 103" },
};

/**
 * Why nothing can listen at an address, in words and with what helps; the system's error is its `cause`, and its `code` that error's. An
 * error that is not the system's stays as it is.
 * @param kind - what names the place there
 */
export function listenFailure(address: string, kind: keyof Explanation, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const why = explanations[code]?.[kind];
  const text = `cannot listen at ${address}: ${why === undefined ? message : `${why} (${code})`}`;
  return Object.assign(new Error(text, { cause: error }), { code });
}
