import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listenFailure } from "../transport/listen-failure.ts";
import { Server } from "./server.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gorpc-listen-"));
  await writeFile(join(folder, "data"), "");
});
afterAll(() => rm(folder, { recursive: true }));

/** What a server says that cannot listen at an address. */
async function refusalOf(address: string): Promise<NodeJS.ErrnoException> {
  const server = new Server();
  try {
    return await server.listen(address).then(
      () => expect.fail(`it listens at ${address}`),
      (error: unknown) => error as NodeJS.ErrnoException,
    );
  } finally {
    await server.close();
  }
}

async function taken(address: string): Promise<string> {
  const first = new Server();
  try {
    const bound = await first.listen(address);
    const { message, code, cause } = await refusalOf(bound);
    expect([code, (cause as NodeJS.ErrnoException).code]).toEqual(["EADDRINUSE", "EADDRINUSE"]);
    return message.replace(bound, "<bound>");
  } finally {
    await first.close();
  }
}

test("a port or a path that another server has is named, with what helps", async () => {
  expect(await taken("tcp://127.0.0.1:0")).toBe(
    "cannot listen at <bound>: another server listens there already: stop it, or take another port; port 0 is one that is free (EADDRINUSE)",
  );
  expect(await taken(`unix://${join(folder, "sock")}`)).toBe(
    "cannot listen at <bound>: another server listens there already, or the file is no socket and somebody's data: stop that server, move the file, or take another path (EADDRINUSE)",
  );
});

test.each<[address: () => string, code: string, why: string]>([
  // Of TEST-NET-1, which no machine has.
  [() => "tcp://192.0.2.1:9000", "EADDRNOTAVAIL", "this machine has no such address: 0.0.0.0 or [::]"],
  [() => `unix://${join(folder, "data")}`, "EADDRINUSE", "the file is no socket and somebody's data"],
  [() => `unix://${join(folder, "none/sock")}`, "EACCES", "its folder is missing, or this process may not"],
  [() => `unix://${join(folder, "data/sock")}`, "ENOTDIR", "not a directory"],
])("an address that cannot be had is refused with a reason (%#)", async (address, code, why) => {
  const refusal = await refusalOf(address());
  expect(refusal.message).toContain(`cannot listen at ${address()}: `);
  expect(refusal.message).toContain(why);
  expect(refusal).toMatchObject({ code, cause: { code } });
});

test.each<[given: unknown, shown: string]>([
  [undefined, "[object Undefined]"],
  [null, "[object Null]"],
  [9000, "[object Number]"],
  [{ port: 9000 }, "[object Object]"],
  [new URL("tcp://127.0.0.1:0"), "[object URL]"],
])("what is no address, as %o, is refused as that", async (given, shown) => {
  const text = `server.listen() takes an address such as "tcp://127.0.0.1:9000" or the port of a thread, not ${shown}`;
  await expect(new Server().listen(given as string)).rejects.toThrow(new TypeError(text));
});

// Node before 23 cuts it short, and listens elsewhere.
test("a path that is longer than a socket's may be is refused, also where the system cuts it short", async () => {
  const address = `unix://${join(folder, "x".repeat(150))}`;
  const { message, code } = await refusalOf(address);
  expect(message).toBe(
    `cannot listen at ${address}: the path is too long for a socket: Linux takes 107 bytes, macOS 103 (EINVAL)`,
  );
  expect(code).toBe("EINVAL");
  expect(await readdir(folder)).toEqual(["data"]);
});

// Not every test runs where it is refused a port.
test("a port that the process may not take is explained", () => {
  const cause = Object.assign(new Error("listen EACCES"), { code: "EACCES" });
  const text =
    "cannot listen at tcp://0.0.0.0:80: this process may not take that port: take one from 1024, or give it the right to (on Linux CAP_NET_BIND_SERVICE) (EACCES)";
  expect(listenFailure("tcp://0.0.0.0:80", "port", cause)).toMatchObject({
    message: text,
    code: "EACCES",
    cause,
  });
});
