import { getEventListeners } from "node:events";
import { describe, expect, it, type Mock, vi } from "vitest";
import { ignoreAbort, listenForAbort } from "./abort-listeners.ts";

function listener(): { readonly handleEvent: Mock<(event: Event) => void> } {
  return { handleEvent: vi.fn() };
}

describe("those who wait on one signal", () => {
  it("are behind a single listener of the signal, which goes with the last of them", () => {
    const { signal } = new AbortController();
    const many = Array.from({ length: 100 }, listener);
    for (const each of many) listenForAbort(signal, each);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    for (const each of many.slice(1)) ignoreAbort(signal, each);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    ignoreAbort(signal, many[0]!);
    ignoreAbort(signal, many[0]!);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    listenForAbort(signal, many[0]!);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
  });

  it("are each told once, in their order, with the event", () => {
    const controller = new AbortController();
    const order: string[] = [];
    for (const name of ["a", "b"]) {
      listenForAbort(controller.signal, {
        handleEvent: ({ target }) => order.push(`${name} ${target === controller.signal}`),
      });
    }
    controller.abort();
    expect(order).toEqual(["a true", "b true"]);
  });

  it("are not told once they ignore it, not even by one who was told before them", () => {
    const controller = new AbortController();
    const [second, third] = [listener(), listener()];
    listenForAbort(controller.signal, { handleEvent: () => ignoreAbort(controller.signal, second) });
    listenForAbort(controller.signal, second);
    listenForAbort(controller.signal, third);
    controller.abort();
    expect(second.handleEvent).not.toHaveBeenCalled();
    expect(third.handleEvent).toHaveBeenCalledTimes(1);
  });

  it("do not hear of other signals", () => {
    const one = new AbortController();
    const other = new AbortController();
    const both = listener();
    listenForAbort(one.signal, both);
    listenForAbort(other.signal, both);
    ignoreAbort(one.signal, both);
    one.abort();
    expect(both.handleEvent).not.toHaveBeenCalled();
    other.abort();
    expect(both.handleEvent).toHaveBeenCalledTimes(1);
  });
});
