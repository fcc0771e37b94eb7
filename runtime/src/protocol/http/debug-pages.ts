import { goPath } from "../../schema/go-path.ts";
import type { AnyMethod, AnyService } from "../../schema/service.ts";
import { streamsRequests, streamsResponses } from "../../schema/service.ts";
import type { ErrorFields, ValueType } from "../../schema/types.ts";

/** `/debug/rpc`: the services, with what each of their methods is called in Go. */
export function servicesPage(services: readonly AnyService[]): string {
  const sections = services.map((service) => {
    const rows = methodsOf(service).map((method) => [signatureOf(method), goPath(method)]);
    return `<h2>${escape(service.typeName)}</h2>${table(["Method", "Name in Go"], rows)}`;
  });
  return page("Services", sections.length === 0 ? "<p>None is registered.</p>" : sections.join(""));
}

/** `/debug/methods`: all methods, with what bounds them and how they fail. */
export function methodsPage(services: readonly AnyService[]): string {
  const head = ["Path", "Request", "Response", "Timeout", "Idempotent", "Throws"];
  const rows = services
    .flatMap(methodsOf)
    .map((method) => [
      method.path,
      requestOf(method),
      responseOf(method),
      method.timeout === undefined ? "" : `${method.timeout} ms`,
      method.idempotent ? "yes" : "",
      method.throws.map(({ type }) => type.name).join(", "),
    ]);
  return page("Methods", table(head, rows));
}

function methodsOf({ methods }: AnyService): AnyMethod[] {
  return Object.values(methods);
}

function signatureOf(method: AnyMethod): string {
  const response = responseOf(method);
  return `${method.name}(${requestOf(method)})${response === "" ? "" : ` -> ${response}`}`;
}

function requestOf(method: AnyMethod): string {
  return (streamsRequests(method) ? "stream " : "") + typeText(method.request.type);
}

function responseOf(method: AnyMethod): string {
  return (streamsResponses(method) ? "stream " : "") + typeText(method.response.type);
}

/** As a schema writes it. */
function typeText(type: ValueType | ErrorFields | undefined): string {
  if (type === undefined) return "";
  if (typeof type === "string") return type;
  if (type.kind === "list") return `${typeText(type.element)}[]`;
  if (type.kind === "map") return `map<${type.key}, ${typeText(type.value)}>`;
  return type.typeName;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join("")}</tr>`;
  return `<table>${row(head, "th")}${rows.map((cells) => row(cells, "td")).join("")}</table>`;
}

const style =
  "body{font:14px system-ui;margin:2em}table{border-collapse:collapse}th,td{border:1px solid #ccc;padding:.3em .6em;text-align:left}";

function page(title: string, content: string): string {
  const links = '<p><a href="/debug/rpc">Services</a> <a href="/debug/methods">Methods</a></p>';
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><style>${style}</style><h1>${title}</h1>${links}${content}</html>\n`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
