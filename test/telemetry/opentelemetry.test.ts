import { context, type Context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { type Metadata, Server } from "@gorpc/runtime";
import { openTelemetry } from "@gorpc/runtime/opentelemetry";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { ArithHandlers } from "../e2e/arith.gorpc.ts";
import { type LogEntry, recorder, start, type World } from "../e2e/world.ts";
import { courses, waitingHandlers } from "./calls.ts";
import { Collector } from "./collector.ts";
import { Refused, Vault, VaultClient, type VaultHandlers } from "./vault.gorpc.ts";

const ended = new Collector<ReadableSpan>();
const spans = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({
  spanProcessors: [
    new SimpleSpanProcessor(spans),
    { onStart: () => {}, onEnd: ended.add, forceFlush: async () => {}, shutdown: async () => {} },
  ],
});
const measurements = new InMemoryMetricExporter(AggregationTemporality.DELTA);
const meterProvider = new MeterProvider({
  readers: [new PeriodicExportingMetricReader({ exporter: measurements, exportIntervalMillis: 1_000_000 })],
});
const tracer = tracerProvider.getTracer("test");

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
});
beforeEach(async () => {
  await meterProvider.forceFlush();
  measurements.reset();
  spans.reset();
  ended.items.length = 0;
});
afterAll(async () => {
  context.disable();
  propagation.disable();
  await meterProvider.shutdown();
});

async function traced(handlers: Partial<ArithHandlers> = {}, handleTimeout = Infinity): Promise<World> {
  const { client, server } = await openTelemetry({ tracerProvider, meterProvider });
  return start({
    handlers,
    channel: { interceptors: [client] },
    server: { handleTimeout, interceptors: [server] },
  });
}

/** The spans of a call, once both have ended. */
async function both(): Promise<{ readonly client: ReadableSpan; readonly server: ReadableSpan }> {
  const all = await ended.atLeast(2);
  const of = (kind: SpanKind): ReadableSpan => all.find((span) => span.kind === kind)!;
  return { client: of(SpanKind.CLIENT), server: of(SpanKind.SERVER) };
}

async function histograms(): Promise<Map<string, DataPoint<Histogram>[]>> {
  await meterProvider.forceFlush();
  const metrics = measurements
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap((scope) => scope.metrics);
  return new Map(
    metrics.map(({ descriptor, dataPoints }) => [
      `${descriptor.name} in ${descriptor.unit}`,
      dataPoints as DataPoint<Histogram>[],
    ]),
  );
}

const activeSpanId = (): string | undefined => trace.getActiveSpan()?.spanContext().spanId;

/** Codes that are no failure of the server. */
const callersFault = ["OK", "INVALID_ARGUMENT", "CANCELLED"];

describe("spans and measurements, by the conventions, of", () => {
  it.each(courses)("$name", async ({ method, run, code, handleTimeout }) => {
    const { arith, address } = await traced(waitingHandlers, handleTimeout);
    await run(arith);
    const { client, server } = await both();
    const name = `test.arith.v1.Arith/${method}`;
    const port = Number(address.slice(address.lastIndexOf(":") + 1));
    const common = { "rpc.system.name": "gorpc", "rpc.method": name, "rpc.response.status_code": code };
    const onClient = {
      ...common,
      "server.address": "127.0.0.1",
      "server.port": port,
      ...(code !== "OK" && { "error.type": code }),
    };
    const onServer = { ...common, ...(!callersFault.includes(code) && { "error.type": code }) };
    expect([client.name, server.name]).toEqual([name, name]);
    expect(client.attributes).toEqual(onClient);
    expect(server.attributes).toEqual({
      ...onServer,
      "network.peer.address": "127.0.0.1",
      "network.peer.port": expect.any(Number) as number,
    });
    const status = (failed: boolean): SpanStatusCode =>
      failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET;
    expect(client.status.code).toBe(status(code !== "OK"));
    expect(server.status.code).toBe(status(!callersFault.includes(code)));
    expect(server.spanContext().traceId).toBe(client.spanContext().traceId);
    expect(server.parentSpanContext?.spanId).toBe(client.spanContext().spanId);
    const measured = await histograms();
    expect(measured.get("rpc.client.call.duration in s")).toMatchObject([
      {
        attributes: onClient,
        value: { count: 1, buckets: { boundaries: expect.arrayContaining([0.005, 10]) as number[] } },
      },
    ]);
    expect(measured.get("rpc.server.call.duration in s")).toMatchObject([
      { attributes: onServer, value: { count: 1 } },
    ]);
  });
});

describe("the context", () => {
  it("is the caller's on the client, and goes on into a handler's own calls", async () => {
    const back = await traced();
    const front = await traced({ sum: (operands) => back.arith.sum(operands) });
    await tracer.startActiveSpan("outer", async (outer) => {
      await front.arith.sum({ left: 1, right: 2 });
      outer.end();
    });
    const all = await ended.atLeast(5);
    const byId = new Map(all.map((span) => [span.spanContext().spanId, span]));
    const chain: string[] = [];
    let span = all.find(
      (each) => !all.some(({ parentSpanContext: parent }) => parent?.spanId === each.spanContext().spanId),
    );
    while (span !== undefined) {
      chain.push(SpanKind[span.kind]);
      span = byId.get(span.parentSpanContext?.spanId ?? "");
    }
    expect(chain).toEqual(["SERVER", "CLIENT", "SERVER", "CLIENT", "INTERNAL"]);
  });

  it("is active in each step of a handler's stream, in its finally, and in the caller's requests", async () => {
    const seen: (string | undefined)[] = [];
    const finished = new Collector<string | undefined>();
    const { arith } = await traced({
      async *chat(lines) {
        try {
          seen.push(activeSpanId());
          for await (const line of lines) {
            seen.push(activeSpanId());
            yield line;
            seen.push(activeSpanId());
          }
        } finally {
          finished.add(activeSpanId());
        }
      },
    });
    const sent: (string | undefined)[] = [];
    async function* lines(): AsyncIterable<string> {
      for (const line of ["a", "b", "c"]) {
        sent.push(activeSpanId());
        yield line;
      }
    }
    for await (const line of arith.chat(lines())) if (line === "b") break;
    await finished.atLeast(1);
    const { client, server } = await both();
    expect(new Set([...seen, ...finished.items])).toEqual(new Set([server.spanContext().spanId]));
    expect(new Set(sent)).toEqual(new Set([client.spanContext().spanId]));
    expect(activeSpanId()).toBeUndefined();
  });

  it("comes from the caller alone: a span in which a connection was made is no parent", async () => {
    const { server } = await openTelemetry({ tracerProvider, meterProvider });
    const world = await tracer.startActiveSpan("dials", async (span) => {
      const made = await start({ route: "inMemory", server: { interceptors: [server] } });
      await made.arith.ping();
      span.end();
      return made;
    });
    await world.arith.ping();
    const all = (await ended.atLeast(3)).filter(({ kind }) => kind === SpanKind.SERVER);
    expect(all.map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined, undefined]);
  });

  it("travels as traceparent, tracestate and baggage beside the caller's metadata, which stays as it was", async () => {
    let received: Metadata | undefined;
    let baggage: string | undefined;
    const { arith } = await traced({
      ping({ metadata }) {
        received = metadata;
        baggage = propagation.getActiveBaggage()?.getEntry("tenant")?.value;
      },
    });
    const metadata = { "request-id": "17" };
    const parent = trace.setSpanContext(context.active(), {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      traceFlags: 1,
      isRemote: true,
    });
    const inside: Context = propagation.setBaggage(
      parent,
      propagation.createBaggage({ tenant: { value: "blue" } }),
    );
    await context.with(inside, () => arith.ping({ metadata }));
    const { client } = await both();
    expect(received?.get("traceparent")).toBe(
      `00-0af7651916cd43dd8448eb211c80319c-${client.spanContext().spanId}-01`,
    );
    expect(received?.get("request-id")).toBe("17");
    expect(received?.get("baggage")).toBe("tenant=blue");
    expect(baggage).toBe("blue");
    expect(metadata).toEqual({ "request-id": "17" });
  });

  it("of a caller that sends nonsense is a new one", async () => {
    const { server } = await openTelemetry({ tracerProvider, meterProvider });
    const { arith } = await start({ server: { interceptors: [server] } });
    await arith.ping({ metadata: { traceparent: ["zz", "00-1-1-01"], tracestate: "=,=", baggage: "%" } });
    const [span] = await ended.atLeast(1);
    expect(span!.parentSpanContext).toBeUndefined();
  });
});

describe("exceptions", () => {
  it("are recorded with text and place on the server that failed", async () => {
    const { arith } = await traced(waitingHandlers);
    await expect(arith.negate(1)).rejects.toThrow("the handler failed");
    const { client, server } = await both();
    expect(server.events).toMatchObject([
      {
        name: "exception",
        attributes: {
          "exception.type": "Error",
          "exception.message": "a secret of the handler",
          "exception.stacktrace": expect.stringMatching(
            /^Error: a secret of the handler\n {4}at .*negate/,
          ) as string,
        },
      },
    ]);
    expect(client.events).toMatchObject([{ attributes: { "exception.message": "the handler failed" } }]);
  });

  it("tell of no sensitive field", async () => {
    const { client, server } = await openTelemetry({ tracerProvider, meterProvider });
    const serving = new Server({ interceptors: [server] });
    const card = { number: "s3cret", holder: "s3cret" };
    const handlers: Partial<VaultHandlers> = {
      check(password) {
        throw password === "typed"
          ? new Refused({ user: "s3cret", card, tries: 1 }, "not s3cret")
          : new Error(`s3cret\n    at s3cret: ${password}`);
      },
    };
    serving.register(Vault, handlers as VaultHandlers);
    const channel = serving.inMemory({ interceptors: [client] });
    onTestFinished(async () => {
      await channel.close();
      await serving.close();
    });
    const vault = new VaultClient(channel);
    await expect(vault.check("typed")).rejects.toThrow("s3cret");
    await expect(vault.check("s3cret")).rejects.toThrow();
    const all = await ended.atLeast(4);
    expect(all.flatMap(({ events }) => events)).toHaveLength(3);
    const told = all.map(({ attributes, events, status }) => ({ attributes, events, status }));
    expect(JSON.stringify(told)).not.toContain("s3cret");
    expect(JSON.stringify(told)).toContain('"exception.type":"Refused"');
  });
});

describe("an OpenTelemetry that fails", () => {
  const fail = (): never => {
    throw new Error("no telemetry");
  };

  it.each([
    [
      "at the start of a span",
      { tracerProvider: { getTracer: () => ({ startSpan: fail, startActiveSpan: fail }) } },
    ],
    ["to propagate", { propagator: { inject: fail, extract: fail } }],
  ])("%s fails no call, and is reported once", async (_, options) => {
    const reports: LogEntry[] = [];
    const logger = recorder(reports);
    const { client, server } = await openTelemetry({ tracerProvider, meterProvider, ...options, logger });
    const { arith } = await start({
      channel: { interceptors: [client] },
      server: { interceptors: [server] },
    });
    expect(await arith.sum({ left: 1, right: 2 })).toBe(3);
    expect(await arith.addUp([1, 2])).toBe(3n);
    for await (const n of arith.countTo(2)) expect(n).toBeGreaterThan(0);
    expect(reports).toMatchObject([{ message: "OpenTelemetry failed; further failures are not reported" }]);
  });
});
