/** @grpc/grpc-js with the service and the codec that ts-proto generates, written to as fast as it takes. */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { BenchService } from "../../../generated/ts-proto/bench.ts";

/** @type {import("../../peer.ts").Serve} */
export const serve = (source) => {
  const server = new Server();
  server.addService(BenchService, {
    chunks(call) {
      const bodies = source(call.request.bytes);
      const write = () => {
        while (!call.cancelled && call.write({ body: bodies.next().value }));
      };
      call.on("drain", write);
      write();
    },
  });
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(String(port)) : reject(error),
    );
  });
};
