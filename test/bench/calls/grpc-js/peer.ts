/** @grpc/grpc-js with its generic client, messages by protobufjs: no native code. */
import * as grpc from "@grpc/grpc-js";
import protobuf from "protobufjs";
import type { EchoMessage } from "../message.ts";
import type { Peer } from "../peer.ts";

const schema = `
  syntax = "proto3";
  message Echo {
    int64 id = 1; string key = 2; string method = 3; string region = 4; string user = 5; double value = 6;
  }`;
const Echo = protobuf.parse(schema).root.lookupType("Echo");

function serialize(message: EchoMessage): Buffer {
  return Echo.encode(message).finish() as Buffer;
}

function deserialize(bytes: Buffer): EchoMessage {
  const { id, key, method, region, user, value } = Echo.decode(bytes) as unknown as EchoMessage;
  return { id: Number(id), key, method, region, user, value };
}

const method: grpc.MethodDefinition<EchoMessage, EchoMessage> = {
  path: "/bench.Bench/Echo",
  requestStream: false,
  responseStream: false,
  requestSerialize: serialize,
  requestDeserialize: deserialize,
  responseSerialize: serialize,
  responseDeserialize: deserialize,
};

export const peer: Peer = {
  serve() {
    const server = new grpc.Server();
    server.addService(
      { Echo: method },
      {
        Echo: (
          call: grpc.ServerUnaryCall<EchoMessage, EchoMessage>,
          answer: grpc.sendUnaryData<EchoMessage>,
        ) => answer(null, call.request),
      },
    );
    return new Promise((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
  },

  async connect(port) {
    const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    await new Promise<void>((resolve, reject) =>
      client.waitForReady(Date.now() + 5_000, (error) => (error === undefined ? resolve() : reject(error))),
    );
    return (message) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          message,
          (error, answer) =>
            error === null && answer !== undefined
              ? resolve(answer)
              : reject(error ?? new Error("no answer")),
        );
      });
  },
};
