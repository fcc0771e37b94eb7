import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadSchemas } from "@gorpc/idl";
import {
  type AnyService,
  list,
  messageBody,
  nothing,
  Server,
  service,
  TypedError,
  type Unary,
  unary,
  type ValueType,
} from "@gorpc/runtime";
import { registerHealth } from "@gorpc/runtime/health";
import {
  describeServices,
  ReflectionClient,
  registerReflection,
  Schema,
  ServiceUnknown,
} from "@gorpc/runtime/reflection";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findCases, type GoldenCase } from "../golden-runner/cases.ts";
import { Arith, Rounding, type Sample } from "../e2e/arith.gorpc.ts";
import { ArithHandler } from "../e2e/handlers.ts";
import { describedService } from "./described-service.ts";
import { expectedSchema } from "./expected.ts";
import { root } from "../run.ts";

const cases = findCases().filter(({ name }) => !name.startsWith("refused-"));

const sample: Sample = {
  text: "text",
  big: -(2n ** 63n),
  ratio: 0.5,
  at: new Date("2026-11-23T12:34:56.789Z"),
  takes: 1234.5,
  rounding: Rounding.UP,
  shape: { kind: "square", value: { side: 1.5 } },
  data: Uint8Array.of(0, 255),
  tags: ["a", ""],
  counts: { one: 1 },
  note: "",
  names: new Map([[7n, ["x"]]]),
};

async function servicesOf({ folder, schemas }: GoldenCase): Promise<AnyService[]> {
  const modules = await Promise.all(
    schemas.map((schema) => import(join(folder, `${schema}.ts`)) as Promise<Record<string, unknown>>),
  );
  return modules.flatMap((module) => Object.values(module)).filter(isService);
}

function isService(value: unknown): value is AnyService {
  return typeof value === "object" && value !== null && "methods" in value;
}

function modelOf(folder: string, schemas: readonly string[]) {
  return loadSchemas(schemas, { read: (path) => readFileSync(join(folder, path), "utf8") }).files;
}

describe("what generated code says of its services is what their schemas say", () => {
  it.each(cases)("$name", async (golden) => {
    const services = await servicesOf(golden);
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    const described = describeServices(services);
    const expected = expectedSchema(modelOf(golden.folder, golden.schemas)) as typeof described;
    expect({ ...described, services: described.services.toSorted(byName) }).toEqual({
      ...expected,
      services: expected.services.toSorted(byName),
    });
    // It goes over the wire, and through JSON for pages.
    expect(Schema.decode(Schema.encode(described))).toEqual(described);
    expect(Schema.fromJson(Schema.toJson(described))).toEqual(described);
  });
});

it("describes the deepest type that a schema can have, and it can be sent", () => {
  let type: ValueType = "string";
  for (let depth = 0; depth < 32; depth++) type = list(type);
  const deep = service<object, Record<string, Unary<unknown, unknown>>>("test.Deep", () => ({
    get: unary<unknown, unknown>(
      "Get",
      () => nothing,
      () =>
        messageBody("test.Answer", {
          fields: () => [{ number: 1, name: "deep", type }],
          write() {},
          read: () => ({}),
        }),
    ),
  }));
  const described = describeServices([deep]);
  expect(Schema.decode(Schema.encode(described))).toEqual(described);
  expect(JSON.stringify(described).match(/element/g)).toHaveLength(32);
});

describe("a server with reflection", () => {
  let server: Server;
  let client: ReflectionClient;
  beforeEach(() => {
    server = new Server();
    registerReflection(server);
    registerHealth(server);
    client = new ReflectionClient(server.inMemory());
  });
  afterEach(async () => {
    await client.channel.close();
    await server.close({ drain: 0 });
  });

  it("lists its services, and those registered later", async () => {
    const names = async () => (await client.listServices()).services.map(({ name }) => name);
    const [before, health] = ["gorpc.reflection.v1.Reflection", "gorpc.health.v1.Health"];
    expect(await names()).toEqual([before, health]);
    const [words] = await servicesOf(cases.find(({ name }) => name === "docs")!);
    server.register(words!, {});
    const { services } = await client.listServices();
    expect(services.at(-1)).toEqual({
      name: "golden.docs.Words",
      doc: "Many words.",
      deprecated: "call nobody",
    });
    expect(await names()).toEqual([before, health, "golden.docs.Words"]);
  });

  it("describes all of them, itself too", async () => {
    const sources = join(root, "runtime/src");
    const files = modelOf(sources, ["reflection/reflection.gorpc", "health/health.gorpc"]);
    expect(await client.describe({ services: [] })).toEqual(expectedSchema(files));
  });

  it("describes those that are named, each once, with what they lead to and nothing else", async () => {
    const health = "gorpc.health.v1.Health";
    const { services, types } = await client.describe({ services: [health, health] });
    expect(services.map(({ name }) => name)).toEqual([health]);
    expect(types.map((type) => "value" in type && [type.kind, type.value.name])).toEqual([
      ["message", "gorpc.health.v1.HealthRequest"],
      ["message", "gorpc.health.v1.HealthResponse"],
      ["error", "gorpc.health.v1.ServiceUnknown"],
      ["enum", "gorpc.health.v1.ServingStatus"],
    ]);
  });

  it.each(["shop.v1.Shop", "constructor", "__proto__", ""])("knows no service %j", async (service) => {
    const failed = client.describe({ services: ["gorpc.health.v1.Health", service] });
    await expect(failed).rejects.toBeInstanceOf(ServiceUnknown);
    await expect(failed).rejects.toMatchObject({ service, code: "NOT_FOUND" });
  });

  it("is registered once", () => {
    expect(() => registerReflection(server)).toThrow("gorpc.reflection.v1.Reflection is registered already");
  });
});

it("is enough to call a service without its generated code", async () => {
  const server = new Server();
  server.register(Arith, new ArithHandler());
  registerReflection(server);
  const channel = server.inMemory({ codec: "application/json" });
  try {
    const schema = await new ReflectionClient(channel).describe({ services: ["test.arith.v1.Arith"] });
    const { methods } = describedService(schema, "test.arith.v1.Arith");
    const call = (name: string, request: unknown) =>
      channel.unary(methods[name] as Unary<unknown, unknown>, request);
    expect(await call("sum", { left: 2, right: 3 })).toBe(5);
    expect(await call("ping", undefined)).toBeUndefined();
    expect(await call("total", [1, 2])).toBe(3n);
    expect(await call("double", { a: 4 })).toEqual({ a: 8 });
    expect(await call("area", { kind: "square", value: { side: 3 } })).toBe(9);
    expect(await call("echo", sample)).toEqual(sample);
    const failed = call("divide", { left: 7, right: 0 });
    await expect(failed).rejects.toBeInstanceOf(TypedError);
    await expect(failed).rejects.toMatchObject({
      kind: "DivideByZero",
      code: "INVALID_ARGUMENT",
      dividend: 7,
    });
    expect(methods["brief"]!.timeout).toBe(60);
    expect(methods["countTo"]!.kind).toBe("server-stream");
  } finally {
    await channel.close();
    await server.close({ drain: 0 });
  }
});
