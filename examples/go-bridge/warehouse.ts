import { EventEmitter, on } from "node:events";
import type { CallContext } from "@gorpc/runtime";
import {
  type Article,
  NoSuchArticle,
  OutOfStock,
  type StockHandlers,
  Storage,
  type Withdrawal,
} from "./stock.gorpc.ts";

const counted = new Date("2024-02-28T12:00:00Z");

/** The warehouse in TypeScript. */
export class Warehouse implements StockHandlers {
  readonly #articles = new Map<string, Article>([
    ["tea", { sku: "tea", name: "Green tea", quantity: 12, storage: Storage.SHELF, counted, shelf: "A7" }],
    ["ice", { sku: "ice", name: "Ice cream", quantity: 3, storage: Storage.COLD, counted }],
  ]);
  readonly #withdrawn = new EventEmitter<{ withdrawal: [Withdrawal] }>();

  find(sku: string): Article {
    const article = this.#articles.get(sku);
    if (article === undefined) throw new NoSuchArticle({ sku });
    return article;
  }

  withdraw(withdrawal: Withdrawal): number {
    const article = this.find(withdrawal.sku);
    if (article.quantity < withdrawal.quantity) {
      throw new OutOfStock({ sku: article.sku, left: article.quantity });
    }
    article.quantity -= withdrawal.quantity;
    this.#withdrawn.emit("withdrawal", withdrawal);
    return article.quantity;
  }

  totals(): Record<string, number> {
    return Object.fromEntries([...this.#articles].map(([sku, { quantity }]) => [sku, quantity]));
  }

  async *watch({ signal }: CallContext): AsyncGenerator<Withdrawal> {
    for await (const [withdrawal] of on(this.#withdrawn, "withdrawal", { signal }))
      yield withdrawal as Withdrawal;
  }
}
