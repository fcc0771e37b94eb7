/** `node partition-registry.js <url of etcd>`: registers `a` and watches; registers more when it is told to, over the IPC channel. */
import { etcdRegistry } from "@gorpc/runtime/etcd";
import type { EndpointChange } from "@gorpc/runtime/registry";

/** What a registry's client tells. */
export type Told =
  | { readonly kind: "change"; readonly change: EndpointChange }
  /** Why there is no news; undefined when there is again. */
  | { readonly kind: "error"; readonly message: string | undefined };

function tell(told: Told): void {
  process.send!(told);
}

async function watchAndTell(): Promise<void> {
  for await (const change of resolver.watch(new AbortController().signal)) tell({ kind: "change", change });
}

function tellErrors(): void {
  let last: string | undefined;
  setInterval(() => {
    const message = resolver.lastError?.message;
    if (message !== last) tell({ kind: "error", message });
    last = message;
  }, 10);
}

const registry = etcdRegistry({ hosts: process.argv[2]!, ttl: 2_000, requestTimeout: 400 });
const resolver = registry.resolve("s");
const register = (id: string): unknown =>
  registry.register({ name: "s", endpoint: { id, address: `tcp://${id}:1` } });

process.on("message", (id: string) => void register(id));
process.on("disconnect", () => process.exit());
tellErrors();
void watchAndTell();
register("a");
