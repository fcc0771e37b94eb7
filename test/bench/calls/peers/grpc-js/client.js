import { credentials } from "@grpc/grpc-js";
import { BenchClient } from "../../../generated/ts-proto/bench.ts";

/** @type {import("../../peer.ts").Connect} */
export const connect = async (port) => {
  // Channels to one address would share a connection; here each has its own.
  const options = { "grpc.use_local_subchannel_pool": 1 };
  const client = new BenchClient(`127.0.0.1:${port}`, credentials.createInsecure(), options);
  await new Promise((resolve, reject) =>
    client.waitForReady(Date.now() + 5_000, (error) => (error === undefined ? resolve() : reject(error))),
  );
  return (message) =>
    new Promise((resolve, reject) => {
      client.echo(message, (error, answer) => (error === null ? resolve(answer) : reject(error)));
    });
};
