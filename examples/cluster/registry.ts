// The embedded registry: `tsx registry.ts [address]`.
import { RegistryServer } from "@gorpc/runtime/registry";

const [address = "http://127.0.0.1:0"] = process.argv.slice(2);

const registry = new RegistryServer();
console.log(await registry.listen(address));
process.once("SIGTERM", () => void registry.close());
