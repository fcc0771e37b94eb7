import type { Count } from "./message.ts";

/** Messages of the given size, without end; the same for every peer. */
export type Source = (bytes: number) => Generator<Uint8Array, never>;

/** Of a peer's `server`: starts a server of such streams; resolves with the address to give to `connect`. */
export type Serve = (source: Source) => Promise<string>;

/** One stream: asks for messages of `bytes`, gives each to `count`, and leaves when that has enough. */
export type Receive = (bytes: number, count: Count) => Promise<void>;

/** Of a peer's `client`: opens a connection; resolves when it can carry streams. */
export type Connect = (address: string) => Promise<Receive>;
