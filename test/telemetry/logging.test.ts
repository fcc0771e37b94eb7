import { RpcError, Server } from "@gorpc/runtime";
import { callLog, type CallRecord } from "@gorpc/runtime/logging";
import { describe, expect, it, onTestFinished } from "vitest";
import { recorder, type LogEntry, start } from "../e2e/world.ts";
import { aborted, courses, failingRequests, waitingHandlers } from "./calls.ts";
import { Collector } from "./collector.ts";
import { type Account, Vault, VaultClient, type VaultHandlers, Refused } from "./vault.gorpc.ts";

const path = "/test.arith.v1.Arith";

describe("a call log has a record on each side of", () => {
  it.each(courses)("$name", async (course) => {
    const {
      method,
      kind,
      run,
      code,
      requests,
      responses,
      anyOnClient,
      anyOnServer,
      handleTimeout = Infinity,
    } = course;
    const client = new Collector<CallRecord>();
    const server = new Collector<CallRecord>();
    const { arith, address } = await start({
      handlers: waitingHandlers,
      channel: { interceptors: [callLog({ write: client.add }).client] },
      server: { handleTimeout, interceptors: [callLog({ write: server.add }).server] },
    });
    await run(arith);
    const common = { method: `${path}/${method}`, kind, code, duration: expect.any(Number) as number };
    expect(await client.atLeast(1)).toEqual([
      expect.objectContaining({
        ...common,
        side: "client",
        peer: address,
        ...(anyOnClient !== true && { messagesIn: responses, messagesOut: requests }),
      }),
    ]);
    expect(await server.atLeast(1)).toEqual([
      expect.objectContaining({
        ...common,
        side: "server",
        peer: expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:\d+$/) as string,
        ...(anyOnServer !== true && { messagesIn: requests, messagesOut: responses }),
      }),
    ]);
    const [record] = client.items;
    expect(record!.duration).toBeGreaterThan(0);
  });

  it("a call that is cancelled, and one whose requests fail", async () => {
    const client = new Collector<CallRecord>();
    const server = new Collector<CallRecord>();
    const entered = new Collector<true>();
    const { arith } = await start({
      handlers: {
        async slow(_takes, { signal }) {
          entered.add(true);
          await aborted(signal);
          throw new Error("stopped");
        },
      },
      channel: { interceptors: [callLog({ write: client.add }).client] },
      server: { interceptors: [callLog({ write: server.add }).server] },
    });
    const controller = new AbortController();
    const call = arith.slow(0, { signal: controller.signal });
    await entered.atLeast(1);
    controller.abort();
    await expect(call).rejects.toThrow("cancelled");
    expect((await client.atLeast(1))[0]).toMatchObject({ code: "CANCELLED", error: { name: "RpcError" } });
    expect((await server.atLeast(1))[0]).toMatchObject({ code: "CANCELLED" });
    expect(await failingRequests(arith)).not.toBe("OK");
    expect((await client.atLeast(2))[1]).toMatchObject({ messagesOut: 1, kind: "bidi-stream" });
    expect((await client.atLeast(2))[1]!.code).not.toBe("OK");
  });
});

it("shows metadata, requests and responses where they are asked for", async () => {
  const records = new Collector<CallRecord>();
  const log = callLog({
    write: records.add,
    metadata: ["request-id", "trace-bin", "absent"],
    request: ({ name }) => name === "Sum" || name === "CountTo",
    response: true,
  });
  const { arith } = await start({ server: { interceptors: [log.server] } });
  const metadata = { "request-id": ["17", "18"], "trace-bin": Uint8Array.of(1, 2), token: "t" };
  await arith.sum({ left: 1, right: 2 }, { metadata });
  await arith.negate(5);
  for await (const n of arith.countTo(1)) expect(n).toBe(1);
  await expect(arith.divide({ left: 7, right: 0 })).rejects.toThrow();
  const [sum, negate, count, divide] = await records.atLeast(4);
  expect(sum).toMatchObject({
    metadata: { "request-id": ["17", "18"], "trace-bin": ["AQI="] },
    request: { left: 1, right: 2 },
    response: 3,
  });
  expect(Object.keys(sum!.metadata!)).toEqual(["request-id", "trace-bin"]);
  expect(negate).toMatchObject({ response: -5, metadata: {} });
  expect(negate).not.toHaveProperty("request");
  expect(count).toMatchObject({ request: 1 });
  expect(count).not.toHaveProperty("response");
  expect(divide!.error).toMatchObject({ name: "DivideByZero", fields: { dividend: 7 } });
});

describe("a sensitive field", () => {
  const secrets = [
    "s3cret-a",
    "s3cret-b",
    "s3cret-c",
    "s3cret-d",
    "s3cret-e",
    "s3cret-f",
    "424242",
    "s3cret-g",
  ];
  const [password, pin, number, hint, nested, backup, , user] = secrets as [string, ...string[]];
  const card = { number: number!, holder: "Ann" };
  const account = (owner?: Account): Account => ({
    id: "1",
    password,
    cards: [card, card],
    byName: { first: card },
    byNumber: new Map([[7n, card]]),
    proof: { kind: "pin", value: pin! },
    codes: [424242],
    hints: { [hint!]: hint! },
    owner,
    backup: { number: backup!, holder: backup! },
    opened: new Date(0),
    picture: new Uint8Array(3),
  });
  const whole = account({ ...account(), password: nested!, proof: { kind: "card", value: card } });

  async function logged(
    handlers: Partial<VaultHandlers>,
    run: (vault: VaultClient) => Promise<unknown>,
  ): Promise<CallRecord[]> {
    const records = new Collector<CallRecord>();
    const log = callLog({ write: records.add, request: true, response: true });
    const server = new Server({ interceptors: [log.server] });
    server.register(Vault, handlers as VaultHandlers);
    const channel = server.inMemory({ interceptors: [log.client] });
    onTestFinished(async () => {
      await channel.close();
      await server.close();
    });
    await run(new VaultClient(channel)).catch(() => {});
    return records.atLeast(2);
  }

  function expectNoSecret(records: readonly CallRecord[]): void {
    const text = JSON.stringify(records);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  }

  it("is redacted wherever it stands, and nothing else is", async () => {
    const records = await logged({ open: (request) => request }, (vault) => vault.open(whole));
    expectNoSecret(records);
    const hidden = { number: "[redacted]", holder: "Ann" };
    const shown = {
      id: "1",
      password: "[redacted]",
      cards: [hidden, hidden],
      byName: { first: hidden },
      byNumber: { "7": hidden },
      proof: { kind: "pin", value: "[redacted]" },
      codes: "[redacted]",
      hints: "[redacted]",
      backup: "[redacted]",
      opened: "1970-01-01T00:00:00.000Z",
      picture: "3 bytes",
    };
    const expected = { ...shown, owner: { ...shown, proof: { kind: "card", value: hidden } } };
    for (const record of records) expect(record).toMatchObject({ request: expected, response: expected });
  });

  it("is in no error: neither a typed one's fields nor any text", async () => {
    const refused = (text?: string): never => {
      throw new Refused({ user: user!, card, tries: 3 }, text);
    };
    const byDefault = await logged({ open: () => refused() }, (vault) => vault.open(whole));
    for (const { code, error } of byDefault) {
      expect(code).toBe("PERMISSION_DENIED");
      expect(error).toEqual({
        name: "Refused",
        message: "Refused: Not with that.",
        fields: { user: "[redacted]", card: { number: "[redacted]", holder: "Ann" }, tries: 3 },
      });
    }
    const telling: ((request: Account) => never)[] = [
      () => refused(`no ${user}`),
      ({ password: given }) => {
        throw new RpcError("PERMISSION_DENIED", `wrong: ${given}`);
      },
      ({ password: given }) => {
        throw new Error(`wrong: ${given}`);
      },
    ];
    for (const open of telling) {
      const records = await logged({ open }, (vault) => vault.open(whole));
      expectNoSecret([...byDefault, ...records]);
      for (const { error } of records) expect(error).not.toHaveProperty("message");
    }
  });

  it("is in no text of a method that has it in an error alone, or in what it streams", async () => {
    const fail = (text: string): never => {
      throw new RpcError("ABORTED", text);
    };
    const runs = [
      await logged({ check: () => fail(user!) }, (vault) => vault.check("x")),
      await logged({ watch: ({ password: given }) => fail(given) }, async (vault) => {
        for await (const each of vault.watch(whole)) expect(each).toBeUndefined();
      }),
      await logged(
        {
          async fill(cards) {
            for await (const { number: given } of cards) fail(given);
            return whole;
          },
        },
        (vault) => vault.fill([card]),
      ),
      await logged({ trade: (cards) => cards }, async (vault) => {
        for await (const each of vault.trade([card, card])) expect(each).toEqual(card);
      }),
    ];
    for (const records of runs) expectNoSecret(records);
    expect(runs.map(([record]) => record!.code)).toEqual(["ABORTED", "ABORTED", "ABORTED", "OK"]);
  });
});

it("shows no text of an error that a handler's own call to another server failed with", async () => {
  const records = new Collector<CallRecord>();
  const vault = new Server();
  vault.register(Vault, {
    check: (password) => {
      throw new RpcError("ABORTED", `not ${password}`);
    },
  } as Partial<VaultHandlers> as VaultHandlers);
  const channel = vault.inMemory();
  onTestFinished(async () => {
    await channel.close();
    await vault.close();
  });
  const { arith } = await start({
    handlers: { sum: async () => (await new VaultClient(channel).check("s3cret")).length },
    server: { interceptors: [callLog({ write: records.add }).server] },
  });
  await expect(arith.sum({ left: 1, right: 2 })).rejects.toThrow("the handler failed");
  expect(await records.atLeast(1)).toMatchObject([{ code: "INTERNAL", error: { name: "RpcError" } }]);
  expect(JSON.stringify(records.items)).not.toContain("s3cret");
});

describe("a call log that fails", () => {
  it.each([
    ["throws", () => fail()],
    ["rejects", () => Promise.reject(new Error("no disk"))],
  ])("because its hook %s is reported once, and no call fails", async (_, write) => {
    const reports: LogEntry[] = [];
    const log = callLog({ write, logger: recorder(reports) });
    const { arith } = await start({
      channel: { interceptors: [log.client] },
      server: { interceptors: [log.server] },
    });
    expect(await arith.sum({ left: 1, right: 2 })).toBe(3);
    expect(await arith.addUp([1, 2])).toBe(3n);
    await expect(arith.divide({ left: 1, right: 0 })).rejects.toThrow("DivideByZero");
    for await (const n of arith.countTo(2)) expect(n).toBeGreaterThan(0);
    expect(reports).toEqual([
      {
        level: "error",
        message: "a call log failed; further failures are not reported",
        details: { error: expect.objectContaining({ message: "no disk" }) as Error },
      },
    ]);
  });

  it("because of a choice, or with a logger that fails too, fails no call", async () => {
    const records = new Collector<CallRecord>();
    const log = callLog({
      write: records.add,
      request: fail,
      response: fail,
      logger: { warn: fail, error: fail },
    });
    const { arith } = await start({
      channel: { interceptors: [log.client] },
      server: { interceptors: [log.server] },
    });
    expect(await arith.sum({ left: 1, right: 2 })).toBe(3);
    expect(await records.atLeast(2)).toMatchObject([{ code: "OK" }, { code: "OK" }]);
  });
});

function fail(): never {
  throw new Error("no disk");
}
