import { credentials, status } from "@grpc/grpc-js";
import { BenchClient } from "../../../generated/ts-proto/bench.ts";
import { numberOf } from "../../message.ts";

/** @type {import("../../peer.ts").Connect} */
export const connect = async (port) => {
  // HTTP/2's own window is as large as one of the large messages: the sender would wait for each to be acknowledged.
  const options = { "grpc-node.flow_control_window": 4 * 1024 * 1024 };
  const client = new BenchClient(`127.0.0.1:${port}`, credentials.createInsecure(), options);
  await new Promise((resolve, reject) =>
    client.waitForReady(Date.now() + 5_000, (error) => (error === undefined ? resolve() : reject(error))),
  );
  return (bytes, count) =>
    new Promise((resolve, reject) => {
      const call = client.chunks({ bytes });
      let done = false;
      call.on("data", ({ body }) => {
        if (done) return;
        try {
          done = !count.take(numberOf(body), body.length);
        } catch (error) {
          reject(error);
          done = true;
        }
        if (done) call.cancel();
      });
      call.on("error", (error) => (error.code === status.CANCELLED ? resolve() : reject(error)));
    });
};
