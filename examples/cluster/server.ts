// One server of the cluster: `tsx server.ts <its name> <embedded|etcd> <the registry's address> [ms a tile takes]`.
import { setTimeout as sleep } from "node:timers/promises";
import { Server } from "@gorpc/runtime";
import { kindOf } from "./options.ts";
import { registryAt } from "./registries.ts";
import { Tiles } from "./tiles.gorpc.ts";

const [name = "a", kind = "embedded", url = "http://127.0.0.1:9999", takes = "4"] = process.argv.slice(2);
const image = new Uint8Array(2_000).fill(0x2f);

const server = new Server();
server.register(Tiles, {
  async draw(place) {
    await sleep(Number(takes)); // what it takes to draw a tile
    return { place, drawnBy: name, image };
  },
});

const address = await server.listen("tcp://127.0.0.1:0");
await server.announce(registryAt(kindOf(kind), url), { name: "tiles", id: name });
console.log(address);

process.once("SIGTERM", () => void server.close({ drain: 2_000 }));
