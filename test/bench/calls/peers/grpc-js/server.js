/** @grpc/grpc-js with the service and the codec that ts-proto generates: no native code. */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { BenchService } from "../../../generated/ts-proto/bench.ts";

/** @type {import("../../peer.ts").Serve} */
export const serve = (handle) => {
  const server = new Server();
  server.addService(BenchService, {
    echo: (call, answer) => handle(call.request).then((message) => answer(null, message), answer),
  });
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(String(port)) : reject(error),
    );
  });
};
