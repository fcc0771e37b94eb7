// The client: `tsx client.ts <the registry's address>`.
import { setTimeout as sleep } from "node:timers/promises";
import { connect, RpcError } from "@gorpc/runtime";
import { roundRobin } from "@gorpc/runtime/balancer";
import { httpRegistry } from "@gorpc/runtime/registry";
import { OrderNotFound, OrdersClient } from "./orders.gorpc.ts";
import { bars, count, heading, say } from "../show.ts";

const [url = "http://127.0.0.1:9999"] = process.argv.slice(2);
const shop = httpRegistry({ url }).resolve("orders");
const channel = await connect(shop, { balancer: roundRobin() });
const orders = new OrdersClient(channel);

/** What became of calls: orders by the server that took them, and errors. */
class Outcome {
  readonly placed = new Map<string, number>();
  readonly errors: unknown[] = [];

  get total(): number {
    return [...this.placed.values()].reduce((sum, each) => sum + each, 0);
  }

  /** One call. An order's id begins with the name of its server. */
  async place(): Promise<void> {
    try {
      const id = await orders.place({ items: [{ sku: "tea", quantity: 2, price: 450n }] });
      const [server = "?"] = id.split("-");
      this.placed.set(server, (this.placed.get(server) ?? 0) + 1);
    } catch (error) {
      this.errors.push(error);
    }
  }
}

async function together(callers: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: callers }, work));
}

/** `connect` is there with the first server; the figures are those of all three. */
async function allConnected(): Promise<void> {
  const outcome = new Outcome();
  while (outcome.placed.size < 3 && outcome.errors.length === 0) await outcome.place();
}

async function spread(): Promise<void> {
  heading("300 orders, 10 at a time, spread by round robin");
  const outcome = new Outcome();
  await together(10, async () => {
    for (let i = 0; i < 30; i++) await outcome.place();
  });
  bars(outcome.placed);
  say(`${count(outcome.total)} were placed and ${count(outcome.errors.length)} failed`);
}

async function typedError(): Promise<void> {
  heading("A typed error");
  try {
    await orders.get({ id: "a-404" });
  } catch (error) {
    if (!(error instanceof OrderNotFound)) throw error;
    say(`get({ id: "a-404" }) threw OrderNotFound with id ${error.id} and code ${error.code}`);
  }
}

async function timeout(): Promise<void> {
  heading("A timeout");
  try {
    await orders.stocktake({ takes: 60_000 }, { timeout: 100 });
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    say(`stocktake failed with ${error.code}:`);
    say(error.message);
  }
}

/** Kills a server as soon as the registry says which process it is, and waits until the registry says that it is gone. */
async function killServer(name: string): Promise<number> {
  let killed = 0;
  for await (const change of shop.watch(new AbortController().signal)) {
    if (change.kind === "remove" && change.id === name) break;
    if (change.kind !== "snapshot") continue;
    const pid = Number(change.endpoints.find(({ id }) => id === name)?.metadata?.["pid"]);
    process.kill(pid, "SIGKILL");
    killed = performance.now();
    say(`server ${name}, process ${pid}, was killed while 8 callers placed orders without a pause`);
  }
  return performance.now() - killed;
}

async function lostServer(): Promise<void> {
  heading("One server is killed (SIGKILL)");
  const before = new Outcome();
  let gone = false;
  const callers = together(8, async () => {
    while (!gone) await before.place();
  });
  await sleep(200);
  const took = await killServer("b");
  gone = true;
  await callers;
  say(`it left the registry ${(took / 1000).toFixed(1)} s later, as it was no longer renewed`);
  say(`until then ${count(before.total)} were placed and ${count(before.errors.length)} failed`);
  for (const [text, times] of tally(before.errors)) say(`${count(times)} x ${text}`);

  const after = new Outcome();
  await together(8, async () => {
    for (let i = 0; i < 50; i++) await after.place();
  });
  say(`after that ${count(after.total)} were placed and ${count(after.errors.length)} failed`);
  bars(after.placed);
  if (after.errors.length > 0) process.exitCode = 1;
}

/** How often each error occurred. */
function tally(errors: readonly unknown[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const error of errors) {
    const text =
      error instanceof RpcError ? `${error.code} (sent: ${error.sent}): ${error.message}` : String(error);
    times.set(text, (times.get(text) ?? 0) + 1);
  }
  return times;
}

await allConnected();
await spread();
await typedError();
await timeout();
await lostServer();
await channel.close();
