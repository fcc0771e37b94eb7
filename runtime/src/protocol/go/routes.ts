import { wellFormed } from "../../bytes/utf8.ts";
import { goPath, goServiceName } from "../../schema/go-path.ts";
import type { AnyService } from "../../schema/service.ts";
import type { Route, ServerHost } from "../protocol.ts";

/** What is known of a `Service.Method`: its route, or why there is none. */
export type Found = { readonly route: Route } | { readonly refusal: string };

/** Bytes of a name that an answer repeats. */
const maxShown = 200;

/** Registered methods by their Go names, and by those with the package before them. */
type Names = ReadonlyMap<string, readonly string[]>;

interface Index {
  /** Of services: what was registered since makes another index. */
  readonly size: number;
  readonly paths: Names;
  readonly services: ReadonlySet<string>;
}

const indexes = new WeakMap<ServerHost["services"], Index>();

/** Finds the method that a Go client means. */
export function findRoute(host: ServerHost, name: string): Found {
  const { paths, services } = indexOf(host);
  const [path, ...others] = paths.get(name) ?? [];
  if (others.length > 0) return { refusal: explainClash(name, [path!, ...others]) };
  const route = path === undefined ? undefined : host.find(path);
  if (route !== undefined) return { route };
  return { refusal: explainMissing(host, services, name) };
}

function indexOf(host: ServerHost): Index {
  const registered = host.services();
  let index = indexes.get(host.services);
  if (index?.size !== registered.length) {
    index = { size: registered.length, paths: pathsOf(registered), services: namesOf(registered) };
    indexes.set(host.services, index);
  }
  return index;
}

function pathsOf(services: readonly AnyService[]): Names {
  const paths = new Map<string, string[]>();
  for (const service of services) {
    for (const method of Object.values(service.methods)) {
      const short = goPath(method);
      const long = `${service.typeName}${short.slice(short.lastIndexOf("."))}`;
      for (const name of new Set([short, long])) paths.set(name, [...(paths.get(name) ?? []), method.path]);
    }
  }
  return paths;
}

function namesOf(services: readonly AnyService[]): ReadonlySet<string> {
  return new Set(services.flatMap(({ typeName, go }) => [typeName, goServiceName(typeName, go)]));
}

/** In the words of Go's own server; interceptors learn of it as of any call that has no handler. */
function explainMissing(host: ServerHost, services: ReadonlySet<string>, name: string): string {
  const dot = name.lastIndexOf(".");
  const shown = wellFormed(name.length > maxShown ? `${name.slice(0, maxShown)}…` : name);
  host.explainMissing(`/${shown.replace(/\.(?=[^.]*$)/, "/")}`);
  if (dot < 0) return `rpc: service/method request ill-formed: ${shown}`;
  return services.has(name.slice(0, dot))
    ? `rpc: can't find method ${shown}`
    : `rpc: can't find service ${shown}`;
}

function explainClash(name: string, paths: readonly string[]): string {
  const services = paths.map((path) => path.slice(1, path.lastIndexOf("/"))).join(" and ");
  return `rpc: can't find service ${name}: ${services} share that name; put the package before it, or give one another with @go`;
}
