import { checkInteger, checkList, checkObject, checkText, parseJson } from "./check.ts";
import { checkId, checkRegistered, formatRegistered, type Registered } from "./endpoint.ts";

// What the embedded registry and its clients say to each other, over HTTP:
//   PUT    /v1/services/<name>/endpoints/<id>   registers, and renews by doing it again
//   DELETE /v1/services/<name>/endpoints/<id>   withdraws
//   GET    /v1/services/<name>/watch            a snapshot, then changes and keepalives: one line of JSON each
//   GET    /v1/services/<name>, /v1/services    the same for people

/** A line of a watch. */
export type WatchLine =
  | {
      readonly kind: "snapshot";
      readonly endpoints: readonly Registered[];
      /** A line comes at least so often, in ms. */
      readonly keepalive: number;
    }
  | { readonly kind: "insert" | "update"; readonly endpoint: Registered }
  | { readonly kind: "remove"; readonly id: string; readonly reason: "withdrawn" | "expired" }
  | { readonly kind: "keepalive" };

/** The path of all that a name resolves to. */
function servicePath(name: string): string {
  return `/v1/services/${encodeURIComponent(name)}`;
}

/** The path of one registration. */
export function endpointPath(name: string, id: string): string {
  return `${servicePath(name)}/endpoints/${encodeURIComponent(id)}`;
}

/** The path of a watch. */
export function watchPath(name: string): string {
  return `${servicePath(name)}/watch`;
}

/** A line of a watch as text, its line feed included. */
export function formatLine(line: WatchLine): string {
  switch (line.kind) {
    case "snapshot":
      return `{"kind":"snapshot","keepalive":${line.keepalive},"endpoints":[${line.endpoints.map(formatRegistered).join()}]}\n`;
    case "insert":
    case "update":
      return `{"kind":"${line.kind}","endpoint":${formatRegistered(line.endpoint)}}\n`;
    case "remove":
    case "keepalive":
      return `${JSON.stringify(line)}\n`;
  }
}

/**
 * Reads a line of a watch. A kind that a later registry may send counts as a keepalive.
 * @param most - endpoints in a snapshot
 * @throws InvalidJson that says what is wrong where
 */
export function parseLine(text: string, most: number): WatchLine {
  const json = checkObject(parseJson(text, "the line"), "the line");
  const kind = checkText(json["kind"], "kind", 32);
  switch (kind) {
    case "snapshot": {
      const endpoints = checkList(json["endpoints"], "endpoints", most).map((each, i) =>
        checkRegistered(each, `endpoints[${i}]`),
      );
      return { kind, endpoints, keepalive: checkInteger(json["keepalive"], "keepalive", 1, 600_000) };
    }
    case "insert":
    case "update":
      return { kind, endpoint: checkRegistered(json["endpoint"]) };
    case "remove":
      return {
        kind,
        id: checkId(json["id"]),
        reason: json["reason"] === "withdrawn" ? "withdrawn" : "expired",
      };
    default:
      return { kind: "keepalive" };
  }
}
