import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectOptions } from "@gorpc/runtime";

/** A row of the matrix: one way to call. */
export interface Setup {
  readonly name: string;
  /** As the Go program calls it. */
  readonly go: string;
  readonly network: "tcp" | "unix";
  readonly channel: ConnectOptions;
  /** Of a server of ours. */
  readonly classicEcho?: "auto" | "never";
}

export const setups: readonly Setup[] = [
  { name: "net/rpc tcp", go: "net/rpc", network: "tcp", channel: { protocol: "net/rpc" } },
  { name: "net/rpc unix", go: "net/rpc", network: "unix", channel: { protocol: "net/rpc" } },
  { name: "CONNECT", go: "connect", network: "tcp", channel: { protocol: "net/rpc", path: "/_goRPC_" } },
  { name: "jsonrpc", go: "jsonrpc", network: "tcp", channel: { protocol: "jsonrpc" } },
  { name: "classic, echo", go: "echo", network: "tcp", channel: { protocol: "classic" } },
  {
    name: "classic, silent",
    go: "silent",
    network: "tcp",
    channel: { protocol: "classic" },
    // Where it calls at once `auto` does, too; but a busy machine may keep it from that.
    classicEcho: "never",
  },
  {
    name: "classic CONNECT, echo",
    go: "echo-connect",
    network: "tcp",
    channel: { protocol: "classic", path: "/_goprc_" },
  },
  {
    name: "classic CONNECT, silent",
    go: "silent-connect",
    network: "tcp",
    channel: { protocol: "classic", path: "/_geeprc_" },
  },
];

/** Somewhere for a Go server to listen. */
export function goListen(network: Setup["network"]): string {
  return network === "tcp" ? "127.0.0.1:0" : join(tmpdir(), `gorpc-${randomUUID()}.sock`);
}

/** A Go address as ours are written, and back. */
export function toUrl(network: Setup["network"], address: string): string {
  return `${network}://${address}`;
}

export function toGo(address: string): string {
  return address.replace(/^\w+:\/\//, "");
}
