import { type CallContext, RpcError, type ServerInterceptor } from "@gorpc/runtime";

const trusted = "spiffe://shop.example/";

/** Who calls, by the certificate: `till/7`, `auditor`. TLS has checked that it is genuine. */
export function callerOf({ peer }: CallContext): string {
  const uri = peer.certificate?.uris.find((each) => each.startsWith(trusted));
  if (uri === undefined) throw new RpcError("UNAUTHENTICATED", `no certificate for ${trusted}... was shown`);
  return uri.slice(trusted.length);
}

/** Lets only those call a method whose role it is for. */
export function access(roles: Readonly<Record<string, string>>): ServerInterceptor {
  const check = (context: CallContext): void => {
    const caller = callerOf(context);
    const [role] = caller.split("/");
    const { localName } = context.method;
    // A method that nobody has thought of is for nobody.
    if (role === roles[localName]) return;
    throw new RpcError("PERMISSION_DENIED", `${caller} may not call ${localName}`);
  };
  return {
    unary: (next) => (request, context) => {
      check(context);
      return next(request, context);
    },
    stream: (next) =>
      async function* (requests, context) {
        check(context);
        yield* next(requests, context);
      },
  };
}
