import { RpcError } from "../../../errors.ts";
import { MessageStream } from "../../message-stream.ts";
import type { IncomingErrors } from "../streams/incoming.ts";
import type { Streams } from "../streams/streams.ts";
import type { MuxServerCall } from "./server-call.ts";

/** Takes a call's requests, for its handler to read. */
export function receiveRequests(call: MuxServerCall, streams: Streams): MessageStream<unknown> {
  const requests = new MessageStream<unknown>(() => {});
  call.requests = requests;
  streams.receive(call.id, requests, call.method.request, requestErrors);
  return requests;
}

/** The call is over: its handler reads no further request, and what it still sends is dropped. */
export function closeStreams(call: MuxServerCall, streams: Streams | undefined): void {
  call.requests?.fail(call.abortReason ?? new RpcError("CANCELLED", "the call is over"));
  streams?.close(call.id);
}

/** What a handler gets of a stream of requests that cannot be taken. */
const requestErrors: IncomingErrors = {
  undecodable: (cause) =>
    new RpcError("INVALID_ARGUMENT", `a request of the stream does not decode: ${cause.message}`),
  tooLarge: (reason) => new RpcError("RESOURCE_EXHAUSTED", `a request of the stream was refused: ${reason}`),
};
