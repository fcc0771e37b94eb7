import { checkInteger, checkList, checkObject, checkText, InvalidJson, wrong } from "./check.ts";
import type { Endpoint } from "./resolver.ts";

/** Bounds of what one endpoint may say of itself. */
const most = {
  name: 128,
  id: 256,
  address: 512,
  word: 128,
  services: 256,
  metadata: 64,
  metadataValue: 1024,
};

/** The longest time to live, in ms: a day. */
export const longestTtl = 86_400_000;

/** An endpoint as a registry holds it. */
export interface Registered {
  readonly endpoint: Endpoint;
  /** How long a registration lives without being renewed, in ms. */
  readonly ttl: number;
}

/** @throws InvalidJson unless it can name a service */
export function checkName(value: unknown): string {
  const name = checkText(value, "name", most.name);
  if (/^[\w.-]+$/.test(name)) return name;
  throw wrong("name", name, 'letters, digits, "_", "-" and "."');
}

/** @throws InvalidJson unless it can identify an endpoint */
export function checkId(value: unknown, path = "id"): string {
  return checkText(value, path, most.id);
}

/**
 * Reads an endpoint out of JSON; what it does not know, it leaves out.
 * @param path - where the value stands, for messages
 * @throws InvalidJson
 */
export function checkEndpoint(value: unknown, path = "endpoint"): Endpoint {
  const json = checkObject(value, path);
  const optional = <T>(name: string, check: (value: unknown, path: string) => T): T | undefined =>
    json[name] === undefined ? undefined : check(json[name], `${path}.${name}`);
  return {
    id: checkId(json["id"], `${path}.id`),
    address: checkAddress(json["address"], `${path}.address`),
    protocol: optional("protocol", checkWord),
    path: optional("path", checkPath),
    services: optional("services", checkServices),
    weight: optional("weight", checkWeight),
    zone: optional("zone", checkWord),
    metadata: optional("metadata", checkMetadata),
  };
}

/** Reads an endpoint and its time to live out of one JSON object. @throws InvalidJson */
export function checkRegistered(value: unknown, path = "endpoint"): Registered {
  const endpoint = checkEndpoint(value, path);
  const ttl = checkInteger(checkObject(value, path)["ttl"], `${path}.ttl`, 1, longestTtl);
  return { endpoint, ttl };
}

/** As {@link checkRegistered} reads it; the same text for the same content. */
export function formatRegistered({ endpoint, ttl }: Registered): string {
  return JSON.stringify({ ...endpoint, ttl });
}

function checkAddress(value: unknown, path: string): string {
  const address = checkText(value, path, most.address);
  if (/^[a-z][a-z0-9+.-]*(:\/\/|@|:(?!\d+$))./.test(address)) return address;
  throw wrong(path, address, "an address such as tcp://10.0.0.7:9000");
}

function checkPath(value: unknown, path: string): string {
  const text = checkText(value, path, most.word);
  if (/^\/[\x21-\x7e]*$/.test(text)) return text;
  throw wrong(path, text, "a path such as /_goprc_");
}

function checkWord(value: unknown, path: string): string {
  return checkText(value, path, most.word);
}

function checkServices(value: unknown, path: string): readonly string[] {
  return checkList(value, path, most.services).map((each, i) => checkText(each, `${path}[${i}]`, most.id));
}

function checkWeight(value: unknown, path: string): number {
  if (typeof value === "number" && value > 0 && value <= 1e6) return value;
  throw wrong(path, value, "a number above 0 and up to 1000000");
}

function checkMetadata(value: unknown, path: string): Readonly<Record<string, string>> {
  const entries = Object.entries(checkObject(value, path));
  if (entries.length > most.metadata) {
    throw new InvalidJson(`${path} has ${entries.length} entries: at most ${most.metadata} are taken`);
  }
  return Object.fromEntries(
    entries.map(([key, each]) => [
      checkText(key, `a key of ${path}`, most.word),
      each === "" ? "" : checkText(each, `${path}.${key}`, most.metadataValue),
    ]),
  );
}
