import { type Codec, registerCodec, RpcError } from "@gorpc/runtime";
import { expect, it } from "vitest";
import { protoCodec } from "../../runtime/src/codec/proto.ts";
import { dial, start, startServer } from "./world.ts";

/** A codec that loads as it is told, each time that it is asked. */
function loading(contentType: string, load: () => Promise<void>): string {
  const codec: Codec = { ...protoCodec, contentType, load };
  registerCodec(contentType, codec);
  return contentType;
}

it("a connection waits on both sides until its codec is loaded", async () => {
  const waiting: (() => void)[] = [];
  let asked = (): void => {};
  const codec = loading("application/x-late", () => {
    asked();
    return new Promise((resolve) => waiting.push(resolve));
  });
  const asking = (): Promise<void> => new Promise((resolve) => (asked = resolve));

  const { server } = startServer();
  const address = await server.listen("tcp://127.0.0.1:0");
  const clientAsks = asking();
  const dialling = dial(address, { codec });
  await clientAsks;
  const serverAsks = asking();
  waiting.shift()!();
  await serverAsks;
  waiting.shift()!();
  const { arith } = await dialling;
  expect(await arith.sum({ left: 1, right: 2 })).toBe(3);
});

it("a channel whose codec does not load says why", async () => {
  const codec = loading("application/x-missing", () => Promise.reject(new Error("no such module")));
  const failed = await start({ channel: { codec } }).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(RpcError);
  expect(failed).toMatchObject({ code: "UNAVAILABLE", sent: "no", rawMessage: "no such module" });
});

it("a channel does not wait for its codec beyond the connect timeout", async () => {
  const codec = loading("application/x-never", () => new Promise(() => {}));
  const failed = await start({ channel: { codec, connectTimeout: 20 } }).catch((error: unknown) => error);
  expect(failed).toMatchObject({
    code: "UNAVAILABLE",
    rawMessage:
      "the connect timeout of 20 ms ran out (option connectTimeout): the codec application/x-never did not load",
  });
});

it("a server does not wait for a codec beyond the handshake timeout", async () => {
  let times = 0;
  const codec = loading("application/x-once-only", () =>
    times++ === 0 ? Promise.resolve() : new Promise(() => {}),
  );
  const { server, log } = startServer({ server: { handshakeTimeout: 20 } });
  const address = await server.listen("tcp://127.0.0.1:0");
  await expect(dial(address, { codec })).rejects.toThrow("closed the connection during the handshake");
  expect(log.map(({ message }) => message)).toEqual([
    expect.stringContaining("its handshake took longer than 20 ms (option handshakeTimeout)"),
  ]);
});

it("a server whose codec does not load tells the client and its log", async () => {
  let times = 0;
  const codec = loading("application/x-half", () =>
    times++ === 0 ? Promise.resolve() : Promise.reject(new Error("no such module")),
  );
  const { server, log } = startServer();
  const address = await server.listen("tcp://127.0.0.1:0");
  const reason = "the codec application/x-half could not be loaded: no such module";
  await expect(dial(address, { codec })).rejects.toThrow(reason);
  expect(log.map(({ message }) => message)).toEqual([expect.stringContaining(reason)]);
});
