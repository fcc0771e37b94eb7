import { checkCount } from "../limits.ts";
import { checkNames } from "../option-names.ts";
import type { Endpoint, EndpointChange, Resolver } from "../registry/resolver.ts";
import { hashText } from "./hash.ts";

/** Which part of the endpoints `subset` leaves. */
export interface SubsetOptions {
  /** How many endpoints to connect to, an integer above 0. */
  readonly size: number;
  /**
   * Whose part it is: the same client has the same part of the same endpoints, also after it was started again. @defaultValue random
   */
  readonly client?: string | number;
}

/**
 * A part of what a resolver finds: for fleets so big that not every client can be connected to every server. Each client has a part of its
 * own, and as many clients have each server in theirs as chance will have it. An endpoint that comes or goes changes one place of a part,
 * at most (rendezvous hashing, as gRFC A68 has it). Take 20 or more: of a smaller part, more can be lost at once than the others bear.
 * @throws RangeError for a size that is no integer above 0
 */
export function subset(resolver: Resolver, options: SubsetOptions): Resolver {
  checkNames("subset()", { size: true, client: true }, options);
  const size = checkCount("size", options.size);
  const seed = hashText(String(options.client ?? Math.random()));
  return {
    target: resolver.target,
    get lastError() {
      return resolver.lastError;
    },
    watch: (signal) => watchPart(resolver.watch(signal), size, seed),
  };
}

/** A snapshot of the part after each change that touches it. */
async function* watchPart(
  changes: AsyncIterable<EndpointChange>,
  size: number,
  seed: number,
): AsyncIterable<EndpointChange> {
  const known = new Map<string, Endpoint>();
  let part: readonly Endpoint[] | undefined;
  for await (const change of changes) {
    apply(known, change);
    const next = partOf([...known.values()], size, seed);
    if (part?.length === next.length && next.every((endpoint, i) => endpoint === part![i])) continue;
    part = next;
    yield { kind: "snapshot", endpoints: part };
  }
}

function apply(known: Map<string, Endpoint>, change: EndpointChange): void {
  if (change.kind === "remove") known.delete(change.id);
  else if (change.kind !== "snapshot") known.set(change.endpoint.id, change.endpoint);
  else {
    known.clear();
    for (const endpoint of change.endpoints) known.set(endpoint.id, endpoint);
  }
}

/** Those with the least numbers: each client has other numbers for them. */
function partOf(endpoints: readonly Endpoint[], size: number, seed: number): readonly Endpoint[] {
  const ranked = endpoints.map((endpoint) => ({ endpoint, rank: hashText(endpoint.id, seed) }));
  ranked.sort((one, other) => one.rank - other.rank || (one.endpoint.id < other.endpoint.id ? -1 : 1));
  return ranked.slice(0, size).map(({ endpoint }) => endpoint);
}
