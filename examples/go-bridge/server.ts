// A warehouse in TypeScript. Its one port speaks Go's net/rpc to whoever begins with it, and the runtime's own protocol to others.
import { Server } from "@gorpc/runtime";
import { Stock } from "./stock.gorpc.ts";
import { Warehouse } from "./warehouse.ts";

const server = new Server();
server.register(Stock, new Warehouse());
console.log(await server.listen("tcp://127.0.0.1:0"));
process.once("SIGTERM", () => void server.close());
