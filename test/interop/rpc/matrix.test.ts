import { connect, Server } from "@gorpc/runtime";
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { freshAddress } from "../../e2e/world.ts";
import { cells, killed } from "./cells.ts";
import { GoPeer, type Results, runGoClient } from "./go-peer.ts";
import { deskHandler, InteropHandler } from "./handlers.ts";
import { FrontDesk, Interop } from "./interop.gorpc.ts";
import { useProgram } from "./program.ts";
import { goListen, type Setup, setups, toGo, toUrl } from "./setups.ts";

const program = useProgram();

type Language = "TypeScript" | "Go";

/** A server that can be killed once a call waits in it. */
interface Victim {
  /** As ours are written. */
  readonly address: string;
  killWhenWaiting(): Promise<void>;
}

async function startServer(language: Language, setup: Setup): Promise<Victim> {
  if (language === "TypeScript") return startOurs(setup);
  const peer = new GoPeer(program.path()!, ["serve", setup.go, setup.network, goListen(setup.network)]);
  const address = toUrl(setup.network, (await peer.line())!);
  return {
    address,
    async killWhenWaiting() {
      expect(await peer.line()).toBe("waiting");
      await peer.kill();
    },
  };
}

async function startOurs({ network, classicEcho = "auto" }: Setup): Promise<Victim> {
  const server = new Server({ classicEcho });
  onTestFinished(() => server.close({ drain: 0 }));
  const handler = new InteropHandler();
  const waiting = new Promise<void>((resolve) => (handler.onWaiting = resolve));
  server.register(Interop, handler).register(FrontDesk, deskHandler);
  const address = await server.listen(freshAddress(network));
  return {
    address,
    async killWhenWaiting() {
      await waiting;
      await server.close({ drain: 0 });
    },
  };
}

async function runOurClient(setup: Setup, server: Victim): Promise<Results> {
  const channel = await connect(server.address, setup.channel);
  onTestFinished(() => channel.close());
  const results: Results = new Map();
  const note = async (name: string, run: () => Promise<void>): Promise<void> => {
    await run().then(
      () => results.set(name, undefined),
      (error: unknown) => results.set(name, String(error)),
    );
  };
  for (const [name, run] of Object.entries(cells)) {
    // It leaves a call waiting in the server, which would count as the one that it is killed for.
    if (name !== "bounded") await note(name, () => run(channel));
  }
  await note("killed", () => killed(channel, () => server.killWhenWaiting()));
  return results;
}

async function runTheirClient(setup: Setup, server: Victim, servedBy: Language): Promise<Results> {
  const parameters = ["call", setup.go, setup.network, toGo(server.address)];
  const client = new GoPeer(program.path()!, parameters, { SERVED_BY: servedBy === "Go" ? "go" : "ts" });
  const [results] = await Promise.all([runGoClient(client), server.killWhenWaiting()]);
  return results;
}

const table: { readonly row: string; readonly results: Results }[] = [];

/** The columns that the matrix must have. */
const columns = [
  "scalar",
  "struct",
  "nested",
  "list",
  "map",
  "bytes",
  "time",
  "error",
  "unknown",
  "large",
  "concurrent",
  "killed",
];

afterAll(() => {
  if (table.length === 0) return;
  const width = Math.max(...table.map(({ row }) => row.length));
  const line = (first: string, rest: readonly string[]): string =>
    `${first.padEnd(width)}  ${rest.join("  ")}`;
  const rows = table.map(({ row, results }) =>
    line(
      row,
      columns.map((name) => {
        const mark = !results.has(name) ? "-" : results.get(name) === undefined ? "ok" : "FAILED";
        return mark.padEnd(name.length);
      }),
    ),
  );
  console.log([`The matrix, with ${program.version ?? "no Go"}:`, line("", columns), ...rows].join("\n"));
});

const pairs: readonly (readonly [Language, Language])[] = [
  ["TypeScript", "TypeScript"],
  ["TypeScript", "Go"],
  ["Go", "TypeScript"],
  ["Go", "Go"],
];

describe.each(pairs)("a client in %s of a server in %s", (client, server) => {
  beforeEach((context) => {
    if (program.path() === undefined && (client === "Go" || server === "Go"))
      context.skip("Go is not installed");
  });

  it.each(setups)("over $name", async (setup) => {
    const victim = await startServer(server, setup);
    const results =
      client === "TypeScript"
        ? await runOurClient(setup, victim)
        : await runTheirClient(setup, victim, server);
    table.push({ row: `${client} to ${server}, ${setup.name}`, results });
    expect([...results].filter(([, error]) => error !== undefined)).toEqual([]);
    expect([...results.keys()]).toEqual(expect.arrayContaining(columns));
  });
});
