import { type Dialect, dialects } from "../classic/dialect.ts";
import { checkId, checkName } from "../endpoint.ts";
import { Refusal } from "./refusal.ts";

/** What a request asks for. */
export type Route =
  | { readonly kind: "overview" }
  | { readonly kind: "service" | "watch"; readonly name: string }
  | { readonly kind: "register" | "withdraw"; readonly name: string; readonly id: string }
  | { readonly kind: "classic list" | "heartbeat"; readonly name: string; readonly dialect: Dialect };

/**
 * Reads a request's method and path. By hand: `URL` would take an id such as `..` for a step up.
 * @throws Refusal, InvalidJson that say what is wrong
 */
export function route(method: string, target: string): Route {
  const [path, query] = target.split("?", 2) as [string, string?];
  if (path === "/" || path === "/v1/services") return allow(method, { GET: { kind: "overview" } });
  const dialect = dialects.find((each) => each.path === path);
  if (dialect !== undefined) {
    // Classic frameworks know no names, but can be told any URL.
    const name = checkName(new URLSearchParams(query).get("name") ?? dialect.name);
    return allow(method, {
      GET: { kind: "classic list", name, dialect },
      POST: { kind: "heartbeat", name, dialect },
    });
  }
  const [, version, services, rawName, kind, rawId, ...rest] = path.split("/");
  if (version !== "v1" || services !== "services" || rawName === undefined || rest.length > 0)
    throw unknownPath(path);
  const name = checkName(decode(rawName));
  if (kind === undefined) return allow(method, { GET: { kind: "service", name } });
  if (kind === "watch" && rawId === undefined) return allow(method, { GET: { kind: "watch", name } });
  if (kind !== "endpoints" || rawId === undefined) throw unknownPath(path);
  const id = checkId(decode(rawId));
  return allow(method, { PUT: { kind: "register", name, id }, DELETE: { kind: "withdraw", name, id } });
}

function allow(method: string, routes: Readonly<Record<string, Route>>): Route {
  const found = Object.hasOwn(routes, method) ? routes[method] : undefined;
  if (found !== undefined) return found;
  const allowed = Object.keys(routes).join(", ");
  throw new Refusal(405, `${method} is not possible here: ${allowed} is`, { allow: allowed });
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Refusal(400, `${part} in the path is not percent-encoded UTF-8`);
  }
}

function unknownPath(path: string): Refusal {
  return new Refusal(404, `there is nothing at ${path}: try GET /v1/services`);
}
