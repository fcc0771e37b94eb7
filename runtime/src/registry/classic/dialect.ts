/** How one of the classic frameworks spells what is otherwise the same. */
export interface Dialect {
  readonly name: "gorpc" | "geerpc";
  /** Of its registry. */
  readonly path: string;
  /** On a POST: the server that says that it is alive. */
  readonly serverHeader: string;
  /** On the answer to a GET: all of them, with commas between. */
  readonly serversHeader: string;
  /** Of the HTTP CONNECT by which an `http@` server is reached. */
  readonly connectPath: string;
}

/** Those that are known. */
export const dialects: readonly [Dialect, Dialect] = [
  {
    name: "gorpc",
    path: "/_gorpc_/registry",
    serverHeader: "X-Gorpc-Server",
    serversHeader: "X-Gorpc-Servers",
    // Spelt so, both.
    connectPath: "/_goprc_",
  },
  {
    name: "geerpc",
    path: "/_geerpc_/registry",
    serverHeader: "X-Geerpc-Server",
    serversHeader: "X-Geerpc-Servers",
    connectPath: "/_geeprc_",
  },
];
