import { MessageTooLargeError } from "../../../bytes/writer.ts";
import { RpcError } from "../../../errors.ts";
import type { StreamCall } from "../../stream-call.ts";
import { Flag, Kind } from "../frames/frame.ts";
import type { IncomingErrors } from "../streams/incoming.ts";
import type { Streams } from "../streams/streams.ts";

/** Lets a call's messages flow, whose REQUEST is on its way. */
export function openStream(call: StreamCall, streams: Streams): void {
  const { id, method, responses } = call;
  if (method.kind !== "client-stream") streams.receive(id, responses, method.response, answerErrors(call));
  try {
    const requests = call.takeRequests();
    if (requests === undefined) return;
    streams.send(id, method.request, requests, {
      onEnd: () => streams.output.short(Kind.MESSAGE | Flag.END_STREAM, id),
      onFailed: (cause) => giveUp(call, cause),
      onUnsendable: (cause) => refuse(call, cause, streams.maxMessageBytes),
      // The call is over, and its caller has its outcome.
      onStopped: () => {},
    });
  } catch (cause) {
    giveUp(call, cause);
  }
}

/** What the caller gets of a stream of answers that cannot be taken. */
function answerErrors({ prefix }: StreamCall): IncomingErrors {
  return {
    undecodable(cause) {
      const text = `an answer of the stream does not decode: ${cause.message}`;
      return new RpcError("INTERNAL", text, { prefix, sent: "yes", cause });
    },
    tooLarge(reason) {
      const text = `an answer of the stream was refused: ${reason}`;
      return new RpcError("RESOURCE_EXHAUSTED", text, { prefix, sent: "yes" });
    },
  };
}

/** The caller's own iterator threw. */
function giveUp(call: StreamCall, cause: unknown): void {
  const reason = cause instanceof Error ? cause.message : String(cause);
  call.giveUp("CANCELLED", `the stream of requests failed: ${reason}`, cause);
}

/** A request cannot be sent. */
function refuse(call: StreamCall, cause: Error, limit: number): void {
  if (!(cause instanceof MessageTooLargeError))
    return call.giveUp(
      "INVALID_ARGUMENT",
      `a request of the stream cannot be encoded: ${cause.message}`,
      cause,
    );
  const text = `a request of the stream is larger than the ${limit} bytes that the server accepts (the server's option maxMessageBytes)`;
  call.giveUp("RESOURCE_EXHAUSTED", text, cause);
}
