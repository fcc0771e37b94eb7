import { Archive, type LineItem, type Money, Order, Small } from "./messages.gorpc.ts";

/** What is measured: for each size a message type and some different values of it. */
export const sizes = {
  small: { message: "Small", type: Small, make: makeSmall, variants: 64 },
  medium: { message: "Order", type: Order, make: makeOrder, variants: 16 },
  large: { message: "Archive", type: Archive, make: makeArchive, variants: 2 },
} as const;
export type SizeName = keyof typeof sizes;

/** The same numbers in every process, so that each library meets the same values. */
export class Numbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** An integer from 0 to below `limit`: a linear congruential step, its upper bits. */
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  text(length: number, letters = "abcdefghijklmnopqrstuvwxyz0123456789 "): string {
    return Array.from({ length }, () => letters[this.below(letters.length)]).join("");
  }

  times<T>(count: number, make: () => T): T[] {
    return Array.from({ length: count }, make);
  }
}

function makeSmall(numbers: Numbers): Small {
  return {
    id: numbers.below(1_000_000),
    name: numbers.text(16),
    city: numbers.text(6),
    street: numbers.text(9),
    code: numbers.text(5),
    score: numbers.below(1_000_000) / 1000,
  };
}

function makeMoney(numbers: Numbers): Money {
  const currency = ["EUR", "USD", "CHF"][numbers.below(3)]!;
  return { currency, units: numbers.below(5000), nanos: numbers.below(100) * 10_000_000 };
}

function makeItem(numbers: Numbers): LineItem {
  return {
    sku: numbers.text(12, "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-"),
    title: numbers.text(18 + numbers.below(20)),
    quantity: 1 + numbers.below(9),
    price: makeMoney(numbers),
    discount: numbers.below(4) === 0 ? makeMoney(numbers) : undefined,
  };
}

function makeOrder(numbers: Numbers): Order {
  return {
    id: numbers.text(20),
    customer: `${numbers.text(7)} Müller`,
    status: 1,
    items: numbers.times(20, () => makeItem(numbers)),
    labels: { channel: numbers.text(5), campaign: numbers.text(10), region: numbers.text(4) },
    total: makeMoney(numbers),
    gift: numbers.below(2) === 0,
    note: numbers.below(2) === 0 ? numbers.text(60) : undefined,
  };
}

/** About 100 KiB: orders, long texts, packed numbers. */
function makeArchive(numbers: Numbers): Archive {
  return {
    name: numbers.text(12),
    orders: numbers.times(40, () => makeOrder(numbers)),
    descriptions: numbers.times(40, () => numbers.text(300) + (numbers.below(4) === 0 ? "… ✓" : "")),
    samples: numbers.times(1000, () => numbers.below(1_000_000) / 997),
    counts: numbers.times(2000, () => numbers.below(100_000)),
  };
}
