// A till in TypeScript: the same client for every server, only the channel knows what it speaks.
import { connect, RpcError } from "@gorpc/runtime";
import { say } from "../show.ts";
import { OutOfStock, StockClient, Storage } from "./stock.gorpc.ts";

const [address = "", protocol] = process.argv.slice(2);
const channel = await connect(address, protocol === "net/rpc" ? { protocol } : {});
const stock = new StockClient(channel);

const { name, quantity, storage, shelf } = await stock.find("tea");
const kept = Object.entries(Storage).find(([, value]) => value === storage)?.[0];
say(`find("tea") is ${quantity} of ${name}, kept on ${kept} ${shelf}`);
say(`withdraw(tea, 2) leaves ${await stock.withdraw({ sku: "tea", quantity: 2 })}`);
try {
  await stock.withdraw({ sku: "ice", quantity: 100 });
} catch (error) {
  if (!(error instanceof RpcError)) throw error;
  const left = error instanceof OutOfStock ? `${error.left} are left` : "its fields stayed behind";
  say(`withdraw(ice, 100) is refused with ${error.code}: ${error.rawMessage} (${left})`);
}
// Go sends maps in any order.
const totals = Object.entries(await stock.totals()).sort();
say(`totals() is ${totals.map(([sku, quantity]) => `${quantity} ${sku}`).join(", ")}`);
await channel.close();
