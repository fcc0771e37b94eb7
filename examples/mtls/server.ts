import { Server, type ServerTlsOptions } from "@gorpc/runtime";
import { access, callerOf } from "./access.ts";
import { type Entry, Ledger } from "./ledger.gorpc.ts";

/** A server that knows each caller by its certificate. */
export function makeLedger(tls: ServerTlsOptions): Server {
  const entries: Entry[] = [];
  const server = new Server({ tls, interceptors: [access({ book: "till", read: "auditor" })] });
  return server.register(Ledger, {
    book(cents, context) {
      const till = callerOf(context);
      entries.push({ till, cents });
      return entries.filter((each) => each.till === till).reduce((sum, each) => sum + each.cents, 0n);
    },
    async *read() {
      yield* entries;
    },
  });
}
