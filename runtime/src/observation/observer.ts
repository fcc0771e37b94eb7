import type { Direction, ObservedCall } from "./observed-call.ts";

/** What looks on while calls are made; whatever it throws, the call goes on. */
export interface Observer<State> {
  /** A call begins. Where this throws, the call goes on unobserved. */
  begin(call: ObservedCall<State>): void;
  /** A message went by; the call has counted it. */
  message?(call: ObservedCall<State>, direction: Direction, message: unknown): void;
  /** Once per call that has begun. */
  end(call: ObservedCall<State>): void;
  /** Runs a part of the call, once, inside something: the handler, or what its stream does until its next message. */
  enter?<T>(call: ObservedCall<State>, step: () => T): T;
  /** On a server: somebody called what is not registered. */
  unknown?(path: string): void;
}
