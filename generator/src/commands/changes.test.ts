import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import { Changes } from "./changes.ts";

it("listens to its signal once at most, however many changes come", async () => {
  const changes = new Changes();
  const { signal } = new AbortController();
  for (const path of ["a", "b", "c"]) {
    const next = changes.next(signal);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    changes.add(path);
    expect(await next).toEqual(new Set([path]));
    expect(getEventListeners(signal, "abort")).toEqual([]);
  }
});
