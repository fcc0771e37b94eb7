import { goName } from "./go-name.ts";
import type { AnyMethod } from "./service.ts";

/** The name that a service goes by in Go, where packages are not part of it. */
export function goServiceName(typeName: string, go: string | undefined): string {
  return go ?? goName(typeName.slice(typeName.lastIndexOf(".") + 1));
}

const paths = new WeakMap<AnyMethod, string>();

/** What a method is called by over Go's protocols: `Arith.Sum`. */
export function goPath(method: AnyMethod): string {
  let path = paths.get(method);
  if (path === undefined) {
    path = `${goServiceName(method.service, method.goService)}.${method.go ?? goName(method.name)}`;
    paths.set(method, path);
  }
  return path;
}
