import { setTimeout as sleep } from "node:timers/promises";
import { detach } from "@gorpc/runtime";
import { expect, it } from "vitest";
import { start } from "../e2e/world.ts";
import { RawClient } from "./raw-client.ts";
import { frame, kinds, paths, request } from "./wire.ts";

/** Calls that a peer may have entered between another one's call and its answer. */
const fair = 5_000;

it("a peer that opens and cancels calls without end takes its turn like others", async () => {
  let entered = 0;
  let enteredBefore: number | undefined;
  let answered: Promise<number> | undefined;
  const { address, arith } = await start({
    handlers: {
      slow: (_takes, { signal }) => {
        entered++;
        // Another peer calls while the flood is being read.
        answered ??= detach(() => arith.ping()).then(() => (enteredBefore = entered));
        return sleep(60_000, "done", { signal });
      },
    },
  });
  await arith.ping();
  const raw = await RawClient.shakeHands(address);
  const minute = Buffer.from("0a020878", "hex");
  const flood = Array.from({ length: 60_000 }, (_, i) => [
    request(i + 1, { method: i === 0 ? paths.slow : 0, timeout: 60_000 }, minute),
    frame(kinds.CANCEL, i + 1),
  ]).flat();
  raw.send(Buffer.concat(flood));
  await expect.poll(() => enteredBefore, { timeout: 15_000 }).toBeDefined();
  expect(enteredBefore).toBeLessThan(fair);
  raw.socket.destroy();
});
