import type { EchoMessage } from "./message.ts";

/** What a server does with a message; the same for every peer. */
export type Handler = (message: EchoMessage) => Promise<EchoMessage>;

/** Of a peer's `server`: starts a server with that handler; resolves with the address to give to `connect`. */
export type Serve = (handle: Handler) => Promise<string>;

/** One call: resolves with the answer. */
export type Echo = (message: EchoMessage) => Promise<EchoMessage>;

/** Of a peer's `client`: opens a connection of its own; resolves when it can carry calls. */
export type Connect = (address: string) => Promise<Echo>;
