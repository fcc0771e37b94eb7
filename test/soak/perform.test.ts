import { Server } from "@gorpc/runtime";
import { expect, it, onTestFinished } from "vitest";
import { answerOf, contentOf } from "./content.ts";
import { soakHandlers } from "./handlers.ts";
import { type Ending, perform } from "./perform.ts";
import type { Kind, Plan } from "./plan.ts";
import { type Piece, Soak, SoakClient, type SoakHandlers } from "./soak.gorpc.ts";

const job = { id: "mine", answers: 3, size: 1_000, takes: 0, failsAfter: undefined };

function planOf(kind: Kind, change: Partial<Plan["job"]> = {}): Plan {
  const single = kind === "one" || kind === "up";
  return {
    ...{ kind, job: { ...job, answers: single ? 1 : 3, ...change }, pieces: kind === "down" ? 0 : 3 },
    ...{ pieceSize: 500, timeout: 10_000, pause: 0, leaves: undefined },
  };
}

/** What a caller says of a call that these handlers answer. */
async function judged(plan: Plan, handlers: Partial<SoakHandlers> = {}): Promise<Ending> {
  const server = new Server();
  server.register(Soak, { ...soakHandlers(() => {}), ...handlers });
  const channel = server.inMemory();
  onTestFinished(async () => {
    await channel.close();
    await server.close({ drain: 1 });
  });
  return perform(new SoakClient(channel), plan);
}

function answer(index: number, id = job.id, content = contentOf(answerOf(id), index, job.size)): Piece {
  return { id, index, content };
}

function streaming(...pieces: Piece[]): Partial<SoakHandlers> {
  return {
    async *down() {
      yield* pieces;
    },
  };
}

it.each<Kind>(["one", "down", "up", "both"])(
  "a call that gives what it must is no finding: %s",
  async (kind) => {
    expect(await judged(planOf(kind))).toMatchObject({ end: "answered" });
    expect(await judged(planOf(kind, { failsAfter: 1 }))).toMatchObject({ end: "planned" });
  },
);

const flipped = contentOf(answerOf(job.id), 0, job.size).fill(7, 700, 701);

it.each<readonly [string, Plan, Partial<SoakHandlers>, string]>([
  ["the answer of another call", planOf("one"), { one: () => answer(0, "other") }, "the answer of other"],
  ["a byte that is another", planOf("one"), { one: () => answer(0, job.id, flipped) }, "from byte 700 on"],
  [
    "bytes that are missing",
    planOf("one"),
    { one: () => answer(0, job.id, flipped.subarray(1)) },
    "999 bytes",
  ],
  ["an answer that is missing", planOf("down"), streaming(answer(0), answer(1)), "after 2 of 3 answers"],
  ["one that comes twice", planOf("down"), streaming(answer(0), answer(0)), "answer 0 instead of 1"],
  ["one too many", planOf("down"), streaming(...[0, 1, 2, 3].map((i) => answer(i))), "more than its 3"],
  [
    "no error where one is planned",
    planOf("one", { failsAfter: 0 }),
    { one: () => answer(0) },
    "should have",
  ],
  ["a request that is missing", planOf("up"), { up: async () => answer(2) }, "answer 2 instead of 3"],
])("a caller finds %s", async (_what, plan, handlers, text) => {
  expect(await judged(plan, handlers)).toMatchObject({
    end: "wrong",
    text: expect.stringContaining(text) as string,
  });
});

it("a server finds a request that is another, and the caller says so", async () => {
  const honest = soakHandlers(() => {});
  const ending = await judged(planOf("up"), {
    up: (requests, context) => honest.up(withoutThird(requests), context),
  });
  expect(ending).toMatchObject({ end: "wrong", code: "DATA_LOSS" });
});

async function* withoutThird<T>(requests: AsyncIterable<T>): AsyncGenerator<T> {
  let index = 0;
  for await (const request of requests) if (index++ !== 2) yield request;
}
