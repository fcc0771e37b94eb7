/** From the model back to text. */
import { formatSource } from "./format.ts";
import type {
  Constant,
  Declaration,
  EnumValue,
  Field,
  Import,
  Method,
  Payload,
  Reserved,
  SchemaFile,
  Type,
} from "../schema.ts";

/**
 * A file's canonical source: loaded, it gives the same model again. Comments other than doc comments are not part
 * of the model.
 */
export function printSchema(file: SchemaFile): string {
  const names = new Map<Declaration, string>();
  for (const { declaration, alias } of file.imports.flatMap(({ names }) => names))
    names.set(declaration, alias);
  const nameOf = (declaration: Declaration): string => names.get(declaration) ?? declaration.name;
  const parts = [
    `${docText(file.doc)}package ${file.package}`,
    file.imports.map(importText).join("\n"),
    ...file.declarations.map((declaration) => declarationText(declaration, nameOf)),
  ];
  return formatSource(parts.join("\n"), file.path).text;
}

/** What a declaration is called in the file that is printed. */
type NameOf = (declaration: Declaration) => string;

function typeText(type: Type, nameOf: NameOf): string {
  switch (type.kind) {
    case "scalar":
      return type.scalar;
    case "list":
      return `${typeText(type.element, nameOf)}[]`;
    case "map":
      return `map<${type.key}, ${typeText(type.value, nameOf)}>`;
    case "enum":
    case "message":
    case "union":
      return nameOf(type.declaration);
  }
}

function importText({ specifier, names }: Import): string {
  const list = names.map(({ declaration: { name }, alias }) =>
    alias === name ? name : `${name} as ${alias}`,
  );
  return `import { ${list.join(", ")} } from ${JSON.stringify(specifier)}`;
}

function docText(doc: string | undefined): string {
  const lines = doc?.split("\n") ?? [];
  return lines.map((line) => `///${line === "" ? "" : ` ${line}`}\n`).join("");
}

function declarationText(declaration: Declaration, nameOf: NameOf): string {
  const { kind, name, doc } = declaration;
  const head = (annotations: readonly string[]): string =>
    [docText(doc), ...annotations.map((annotation) => `${annotation}\n`), `${kind} ${name} {\n`].join("");
  switch (declaration.kind) {
    case "constant":
      return `${docText(doc)}const ${name}: ${typeText(declaration.type, nameOf)} = ${valueText(declaration)}`;
    case "enum":
      return block(
        head(deprecated(declaration)),
        declaration.values.map(enumValueText),
        declaration.reserved,
      );
    case "message":
      return block(
        head(deprecated(declaration)),
        declaration.fields.map(fieldText(nameOf)),
        declaration.reserved,
      );
    case "union":
      return block(
        head(deprecated(declaration)),
        declaration.members.map(fieldText(nameOf)),
        declaration.reserved,
      );
    case "error": {
      const code = declaration.code === "UNKNOWN" ? [] : [`@code(${declaration.code})`];
      const fields = declaration.fields.map(fieldText(nameOf));
      return block(head([...code, ...deprecated(declaration)]), fields, declaration.reserved);
    }
    case "service": {
      const annotations = [...deprecated(declaration), ...texts({ go: declaration.go })];
      return block(head(annotations), declaration.methods.map(methodText(nameOf)));
    }
  }
}

function block(head: string, members: readonly string[], reserved?: Reserved): string {
  const kept = reserved === undefined ? "" : reservedText(reserved);
  return [head, ...members.map((member) => `${member}\n`), kept, "}"].join("");
}

function reservedText({ ranges, names }: Reserved): string {
  const numbers = ranges.map(({ from, to }) => (from === to ? String(from) : `${from}..${to}`));
  const items = [...numbers, ...names.map((name) => JSON.stringify(name))];
  return items.length === 0 ? "" : `reserved ${items.join(", ")}\n`;
}

const enumValueText = (value: EnumValue): string =>
  `${docText(value.doc)}${[value.number, value.name, ...deprecated(value)].join(" ")}`;

const fieldText =
  (nameOf: NameOf) =>
  (field: Field): string => {
    const { number, name, type, optional, doc, json, go, sensitive } = field;
    const annotations = [...deprecated(field), ...texts({ json, go }), ...(sensitive ? ["@sensitive"] : [])];
    return `${docText(doc)}${[`${number} ${name}: ${typeText(type, nameOf)}${optional ? "?" : ""}`, ...annotations].join(" ")}`;
  };

const methodText =
  (nameOf: NameOf) =>
  (method: Method): string => {
    const { name, doc, go, request, response, throws, timeout, idempotent } = method;
    const payload = ({ type, stream }: Payload): string =>
      `${stream ? "stream " : ""}${typeText(type, nameOf)}`;
    const annotations = [
      ...deprecated(method),
      ...texts({ go }),
      ...(timeout === undefined ? [] : [`@timeout(${timeout}ms)`]),
      ...(idempotent ? ["@idempotent"] : []),
    ];
    const errors = throws.map((error) => nameOf(error)).join(", ");
    return [
      docText(doc),
      annotations.length === 0 ? "" : `${annotations.join(" ")}\n`,
      `rpc ${name}(${request === undefined ? "" : payload(request)})`,
      response === undefined ? "" : ` -> ${payload(response)}`,
      errors === "" ? "" : ` throws ${errors}`,
    ].join("");
  };

const deprecated = ({ deprecated: reason }: { readonly deprecated?: string | undefined }): string[] =>
  reason === undefined ? [] : [reason === "" ? "@deprecated" : `@deprecated(${JSON.stringify(reason)})`];

/** Annotations that take a string. */
const texts = (annotations: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(annotations).flatMap(([name, text]) =>
    text === undefined ? [] : [`@${name}(${JSON.stringify(text)})`],
  );

function valueText({ type, value }: Constant): string {
  if (typeof value === "object") return value.name;
  if (typeof value === "string") return JSON.stringify(value);
  const text = Object.is(value, -0) ? "-0" : String(value);
  return type.kind === "scalar" && type.scalar === "duration" ? `${text}ms` : text;
}
