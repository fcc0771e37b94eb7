import { createServer } from "node:http";
import { once } from "node:events";
import { CallMetrics, prometheusContentType } from "@gorpc/runtime/metrics";
import { connect, nothing, RpcError, type Service, service, type Unary, unary } from "@gorpc/runtime";
import { describe, expect, it, onTestFinished } from "vitest";
import { start } from "../e2e/world.ts";
import { aborted, courses, waitingHandlers } from "./calls.ts";
import { Collector } from "./collector.ts";

const path = (method: string): string => `/test.arith.v1.Arith/${method}`;

/** The value of a series in Prometheus' text; undefined where there is none. */
function valueOf(text: string, series: string): number | undefined {
  const line = text.split("\n").find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

describe("the metrics count on each side", () => {
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
    const metrics = new CallMetrics();
    const ended = new Collector<true>();
    const { arith } = await start({
      handlers: waitingHandlers,
      channel: { interceptors: [metrics.client] },
      // Outside of the metrics, so that they have counted when it is told.
      server: {
        handleTimeout,
        interceptors: [
          {
            unary: (next) => async (request, context) => {
              try {
                return await next(request, context);
              } finally {
                ended.add(true);
              }
            },
            stream: (next) =>
              async function* (given, context) {
                try {
                  yield* next(given, context);
                } finally {
                  ended.add(true);
                }
              },
          },
          metrics.server,
        ],
      },
    });
    await run(arith);
    await ended.atLeast(1);
    const text = metrics.prometheus();
    for (const side of ["client", "server"]) {
      const labels = `method="${path(method)}"`;
      expect(valueOf(text, `gorpc_${side}_calls_total{${labels},code="${code}"}`)).toBe(1);
      expect(valueOf(text, `gorpc_${side}_call_errors_total{${labels}}`)).toBe(code === "OK" ? 0 : 1);
      expect(valueOf(text, `gorpc_${side}_calls_in_flight{${labels}}`)).toBe(0);
      expect(valueOf(text, `gorpc_${side}_call_duration_seconds_count{${labels}}`)).toBe(1);
      expect(valueOf(text, `gorpc_${side}_call_duration_seconds_bucket{${labels},le="+Inf"}`)).toBe(1);
      if ((side === "client" ? anyOnClient : anyOnServer) === true) continue;
      const [sent, received] = side === "client" ? [requests, responses] : [responses, requests];
      const messages = (direction: string): number | undefined =>
        valueOf(text, `gorpc_${side}_stream_messages_total{${labels},direction="${direction}"}`);
      expect([messages("sent"), messages("received")]).toEqual(
        kind === "unary" ? [undefined, undefined] : [sent, received],
      );
    }
  });
});

it("a call is in flight until it ends", async () => {
  const metrics = new CallMetrics();
  const entered = new Collector<true>();
  const { arith } = await start({
    handlers: {
      async slow(_takes, { signal }) {
        entered.add(true);
        await aborted(signal);
        return "";
      },
    },
    channel: { interceptors: [metrics.client] },
    server: { interceptors: [metrics.server] },
  });
  const controller = new AbortController();
  const call = arith.slow(0, { signal: controller.signal });
  await entered.atLeast(1);
  const inFlight = (side: string): number | undefined =>
    valueOf(metrics.prometheus(), `gorpc_${side}_calls_in_flight{method="${path("Slow")}"}`);
  expect([inFlight("client"), inFlight("server")]).toEqual([1, 1]);
  controller.abort();
  await expect(call).rejects.toBeInstanceOf(RpcError);
  expect(inFlight("client")).toBe(0);
});

interface MadeMethods {
  readonly [name: string]: Unary<undefined, undefined>;
}

/** A service that is described while the program runs, as gateways do. */
function made(name: string): Service<object, MadeMethods> {
  const get = unary<undefined, undefined>(
    "Get",
    () => nothing,
    () => nothing,
  );
  return service<object, MadeMethods>(name, () => ({ get }));
}

describe("made-up methods", () => {
  it("that nobody serves are counted under one label", async () => {
    const metrics = new CallMetrics();
    const { address, arith } = await start({ server: { interceptors: [metrics.server] } });
    await arith.ping();
    const channel = await connect(address);
    onTestFinished(() => channel.close());
    for (let i = 0; i < 20; i++)
      await expect(channel.unary(made(`made.up${i}`).methods["get"]!, undefined)).rejects.toThrow(
        "is registered",
      );
    const text = metrics.prometheus();
    expect(text).not.toContain("made.up");
    expect(valueOf(text, 'gorpc_server_calls_total{method="other",code="UNIMPLEMENTED"}')).toBe(20);
    expect(valueOf(text, 'gorpc_server_call_errors_total{method="other"}')).toBe(20);
    expect(valueOf(text, `gorpc_server_calls_total{method="${path("Ping")}",code="OK"}`)).toBe(1);
  });

  it("that callers describe end at a number of series, and their names are escaped", async () => {
    const metrics = new CallMetrics();
    const { channel } = await start({ channel: { interceptors: [metrics.client] } });
    const call = (name: string): Promise<unknown> =>
      channel.unary(made(name).methods["get"]!, undefined).catch(() => {});
    await call('a"\\\nb');
    await Promise.all(Array.from({ length: 1_100 }, (_, i) => call(`made.up${i}`)));
    const text = metrics.prometheus();
    expect(text).toContain('gorpc_client_calls_total{method="/a\\"\\\\\\nb/Get",code="UNIMPLEMENTED"} 1');
    expect(valueOf(text, 'gorpc_client_calls_total{method="other",code="UNIMPLEMENTED"}')).toBe(101);
    expect(text.match(/^gorpc_client_calls_in_flight\{/gm)).toHaveLength(1_001);
  });
});

it("a server can show them to Prometheus", async () => {
  const metrics = new CallMetrics();
  expect(metrics.prometheus()).toBe("");
  const { arith } = await start({ server: { interceptors: [metrics.server] } });
  await arith.ping();
  const server = createServer((_, response) =>
    response.setHeader("content-type", prometheusContentType).end(metrics.prometheus()),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await response.text()).toMatch(
    /^# HELP gorpc_server_calls_total .+\n# TYPE gorpc_server_calls_total counter\n/,
  );
});
