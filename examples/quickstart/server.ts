// One server of the shop: `tsx server.ts <its name> <the registry's address>`.
import { setTimeout as sleep } from "node:timers/promises";
import { Server } from "@gorpc/runtime";
import { httpRegistry } from "@gorpc/runtime/registry";
import { type Order, OrderNotFound, Orders, OrderStatus } from "./orders.gorpc.ts";

const [name = "a", url = "http://127.0.0.1:9999"] = process.argv.slice(2);
const placed = new Map<string, Order>();

const server = new Server();
server.register(Orders, {
  get({ id }) {
    const order = placed.get(id);
    if (order === undefined) throw new OrderNotFound({ id });
    return order;
  },
  async place({ items, note }) {
    await sleep(5); // what it takes to take an order
    const id = `${name}-${placed.size + 1}`;
    const total = items.reduce((sum, { quantity, price }) => sum + BigInt(quantity) * price, 0n);
    placed.set(id, { id, status: OrderStatus.PLACED, items, total, placedAt: new Date(), note });
    return id;
  },
  async stocktake({ takes }, { signal }) {
    await sleep(takes, undefined, { signal }); // ends when the caller no longer waits
    return BigInt(placed.size);
  },
});

const address = await server.listen("tcp://127.0.0.1:0");
await server.announce(httpRegistry({ url, ttl: 2_000 }), {
  name: "orders",
  id: name,
  metadata: { pid: `${process.pid}` },
});
console.log(address);

process.once("SIGTERM", () => void server.close({ drain: 2_000 }));
