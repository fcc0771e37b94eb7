import { checkList, checkObject, InvalidJson, parseJson, wrong } from "../check.ts";

// What etcd's JSON gateway answers. It leaves out what is zero, false or empty, and writes 64 bits as text.

type Json = Readonly<Record<string, unknown>>;

/** What stands at one key; both in base64. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** The id of the lease that it lives on, "0" without one. */
  readonly lease: string;
  /** At which it was changed last; zero where etcd does not say. */
  readonly revision: number;
}

/** The state of a range of keys at one revision. */
export interface Range {
  readonly revision: number;
  readonly entries: readonly KeyValue[];
  /** How many there are in all, those beyond the request's limit included. */
  readonly count: number;
}

/** A line of a watch. */
export type WatchAnswer =
  | { readonly kind: "events"; readonly events: readonly WatchEvent[]; readonly revision: number }
  /** The watch is over: a range has to come before the next one. */
  | { readonly kind: "canceled"; readonly reason: string };

export interface WatchEvent {
  readonly kind: "put" | "delete";
  readonly at: KeyValue;
}

/** @throws InvalidJson */
export function parseRange(text: string): Range {
  const json = parseAnswer(text);
  const entries = optionalList(json, "kvs").map((each, i) => readKeyValue(each, `kvs[${i}]`));
  return { revision: revisionOf(json), entries, count: readCount(json["count"]) };
}

/** An answer that says no more than that it was done. @throws InvalidJson */
export function parseDone(text: string): void {
  revisionOf(parseAnswer(text));
}

/** The id of a new lease. @throws InvalidJson */
export function parseGrant(text: string): string {
  return readInt64(parseAnswer(text)["ID"], "ID");
}

/** Whether the lease still lives. @throws InvalidJson, Error for an answer that reports a failure */
export function parseKeptAlive(text: string): boolean {
  const ttl = resultOf(parseAnswer(text))["TTL"];
  return ttl !== undefined && Number(readInt64(ttl, "TTL")) > 0;
}

/** @throws InvalidJson */
export function parseToken(text: string): string {
  const token = parseAnswer(text)["token"];
  if (typeof token === "string" && /^[\x21-\x7e]{1,8192}$/.test(token)) return token;
  throw new InvalidJson("token is not one that a header can carry");
}

/** @throws InvalidJson for a line that is none of a watch, Error for one that reports a failure */
export function parseWatchLine(text: string): WatchAnswer {
  const result = resultOf(parseAnswer(text));
  if (result["canceled"] === true) return { kind: "canceled", reason: cancelReason(result) };
  const events = optionalList(result, "events").map((each, i) => readEvent(each, `events[${i}]`));
  return { kind: "events", events, revision: revisionOf(result) };
}

/** What refuses, in etcd's words; undefined for what etcd did not write. */
export function parseRefusal(text: string): { readonly code: number; readonly message: string } | undefined {
  try {
    const { code, message } = parseAnswer(text) as { code?: unknown; message?: unknown };
    if (typeof code !== "number" || typeof message !== "string") return undefined;
    return { code, message: shown(message) };
  } catch {
    return undefined;
  }
}

function parseAnswer(text: string): Json {
  return checkObject(parseJson(text, "the answer"), "the answer");
}

function resultOf(json: Json): Json {
  if (json["error"] === undefined) return checkObject(json["result"], "result");
  const { message } = checkObject(json["error"], "error") as { message?: unknown };
  throw new Error(`etcd broke off: ${shown(message)}`);
}

function cancelReason(result: Json): string {
  if (result["compact_revision"] === undefined) return shown(result["cancel_reason"]);
  return `it is older than revision ${readInt64(result["compact_revision"], "compact_revision")}, to which etcd has compacted`;
}

function readEvent(value: unknown, path: string): WatchEvent {
  const json = checkObject(value, path);
  const at = readKeyValue(json["kv"], `${path}.kv`);
  const type = json["type"] ?? "PUT";
  if (type === "PUT") return { kind: "put", at };
  if (type === "DELETE") return { kind: "delete", at };
  throw wrong(`${path}.type`, type, "PUT or DELETE");
}

function readKeyValue(value: unknown, path: string): KeyValue {
  const json = checkObject(value, path);
  const { key, value: content = "", lease = "0", mod_revision: revision = "0" } = json;
  if (typeof key !== "string") throw wrong(`${path}.key`, key, "a string");
  if (typeof content !== "string") throw wrong(`${path}.value`, content, "a string");
  return {
    key,
    value: content,
    lease: readInt64(lease, `${path}.lease`),
    revision: Number(readInt64(revision, `${path}.mod_revision`)),
  };
}

function optionalList(json: Json, name: string): readonly unknown[] {
  return json[name] === undefined ? [] : checkList(json[name], name, Infinity);
}

function revisionOf(json: Json): number {
  const { revision } = checkObject(json["header"], "header");
  const number = Number(readInt64(revision, "header.revision"));
  if (number >= 1 && number < Number.MAX_SAFE_INTEGER) return number;
  throw wrong("header.revision", revision, "a revision from 1");
}

function readCount(value: unknown): number {
  return value === undefined ? 0 : Number(readInt64(value, "count"));
}

function readInt64(value: unknown, path: string): string {
  if (typeof value === "string" && /^-?\d{1,19}$/.test(value)) return value;
  throw wrong(path, value, "a number of 64 bits, as text");
}

function shown(text: unknown): string {
  return typeof text === "string"
    ? text.slice(0, 500).replace(/[\u0000-\u001f\u007f]/g, " ")
    : "no reason given";
}
