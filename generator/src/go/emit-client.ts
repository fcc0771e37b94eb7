import { goClientName, goName, goNewClientName, type Service } from "@gorpc/idl";
import { docComment } from "./doc-comment.ts";
import type { GoFile } from "./go-file.ts";
import { goDuration, goString } from "./literals.ts";
import { type GoMethod, methodDoc, missingMethods } from "./methods.ts";

/** A call's budget where neither its context nor the schema sets one, in ms: the same as in TypeScript. */
const defaultTimeout = 30_000;

/** The client: a method for each of the service's, with a context and types. */
export function emitClient(service: Service, methods: readonly GoMethod[], file: GoFile): string[] {
  const [type, make] = [goClientName(service), goNewClientName(service)];
  const client = `*${file.use("rpc")}.Client`;
  const lead =
    `${type} calls ${goName(service.name)} over net/rpc. A call ends at its context's deadline; without one, after\n` +
    `the time that the schema gives the method, or else ${defaultTimeout / 1000} seconds. The server does not learn of it.\n` +
    "An error that a handler returned arrives as an rpc.ServerError with its text.";
  return [
    ...docComment({ ...service, doc: undefined, lead, notes: missingMethods(service) }),
    `type ${type} struct {`,
    `\tclient ${client}`,
    "}",
    "",
    ...docComment({ lead: `${make} makes a client of a connection, which others may share.` }),
    `func ${make}(client ${client}) *${type} {`,
    `\treturn &${type}{client}`,
    "}",
    ...methods.flatMap((method) => ["", ...emitMethod(type, method, file)]),
    "",
    ...emitCall(type, file),
  ];
}

function emitMethod(type: string, method: GoMethod, file: GoFile): string[] {
  const { name, path, request, response } = method;
  const context = `ctx ${file.use("context")}.Context`;
  const parameters = request === undefined ? context : `${context}, request ${request}`;
  const timeout = goDuration(method.method.timeout ?? defaultTimeout, file, "*");
  const call = (reply: string) =>
    `c.call(ctx, ${timeout}, ${goString(path)}, ${request === undefined ? "struct{}{}" : "request"}, ${reply})`;
  const start = [...docComment(methodDoc(method)), `func (c *${type}) ${name}(${parameters})`];
  const head = (result: string) => [...start.slice(0, -1), `${start.at(-1)} ${result} {`];
  if (response === undefined) return [...head("error"), `\treturn ${call("nil")}`, "}"];
  return [
    ...head(`(response ${response}, err error)`),
    // A late answer is still written where it was to go, which must not be what the caller has.
    `\treply := new(${response})`,
    `\tif err = ${call("reply")}; err == nil {`,
    "\t\tresponse = *reply",
    "\t}",
    "\treturn response, err",
    "}",
  ];
}

function emitCall(type: string, file: GoFile): string[] {
  const [context, fmt, rpc, time] = [file.use("context"), file.use("fmt"), file.use("rpc"), file.use("time")];
  return [
    ...docComment({ lead: "call makes a call and waits for its answer, or until there is no more time." }),
    `func (c *${type}) call(ctx ${context}.Context, timeout ${time}.Duration, method string, request, reply any) error {`,
    "\tif _, bounded := ctx.Deadline(); !bounded {",
    `\t\tvar cancel ${context}.CancelFunc`,
    `\t\tctx, cancel = ${context}.WithTimeout(ctx, timeout)`,
    "\t\tdefer cancel()",
    "\t}",
    "\tif err := ctx.Err(); err != nil {",
    `\t\treturn ${fmt}.Errorf("%s: %w", method, err)`,
    "\t}",
    `\tdone := make(chan *${rpc}.Call, 1)`,
    "\t// Writing waits for a peer that does not read, which must not hold up the caller.",
    "\tgo c.client.Go(method, request, reply, done)",
    "\tselect {",
    "\tcase call := <-done:",
    "\t\treturn call.Error",
    "\tcase <-ctx.Done():",
    `\t\treturn ${fmt}.Errorf("%s: %w", method, ctx.Err())`,
    "\t}",
    "}",
  ];
}
