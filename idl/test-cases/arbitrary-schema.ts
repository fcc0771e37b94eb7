/** Random models, valid by construction: what `printSchema` prints, and what comes back. */
import fc from "fast-check";
import {
  type Declaration,
  type Enum,
  type EnumValue,
  type Field,
  type MapKey,
  type Message,
  type Method,
  type Reserved,
  type SchemaFile,
  type Span,
  type StatusCode,
  scalars,
  statusCodes,
  type Type,
  type TypedError,
  type Union,
} from "../src/index.ts";
import { localName } from "../src/names.ts";

const span: Span = { path: "a.gorpc", start: 0, end: 0 };
const mapKeys = scalars.filter((scalar) => !/^(bytes|float.*|timestamp|duration)$/.test(scalar)) as MapKey[];

/** A line of Markdown: no line breaks, no white space at its end. */
const docLine = fc
  .string({ unit: "grapheme", maxLength: 20 })
  .map((line) => line.replace(/[\n\r]/g, "").trimEnd());
const doc = fc.option(
  fc
    .array(docLine, { minLength: 1, maxLength: 4 })
    .map((lines) => lines.join("\n").replace(/^\n+|\n+$/g, "") || undefined),
  { nil: undefined },
);
const text = fc.string({ unit: "binary", maxLength: 12 });
const deprecated = fc.option(text, { nil: undefined });
const named = fc.record({ doc, deprecated });

/** Names that are free to be keywords, types, or members of `Object.prototype`. */
const memberName = fc.oneof(
  fc.constantFrom(
    "message",
    "stream",
    "map",
    "reserved",
    "string",
    "rpc",
    "constructor",
    "__proto__",
    "to",
    "ms",
    "then",
  ),
  fc.stringMatching(/^[A-Za-z_]\w{0,8}$/),
);

const fieldNumber = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 20_000, max: 536_870_911 }));

/** What types can refer to: made before the bodies are. */
interface Known {
  readonly enums: readonly Enum[];
  readonly messages: readonly Message[];
  readonly unions: readonly Union[];
}

function arbitraryType({ enums, messages, unions }: Known): fc.Arbitrary<Type> {
  const { type } = fc.letrec<{ type: Type }>((tie) => ({
    type: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom(...scalars).map((scalar) => ({ kind: "scalar" as const, scalar })),
      fc.constantFrom(...enums).map((declaration) => ({ kind: "enum" as const, declaration })),
      fc.constantFrom(...messages).map((declaration) => ({ kind: "message" as const, declaration })),
      fc.constantFrom(...unions).map((declaration) => ({ kind: "union" as const, declaration })),
      tie("type").map((element) => ({ kind: "list" as const, element })),
      fc.record({ kind: fc.constant("map" as const), key: fc.constantFrom(...mapKeys), value: tie("type") }),
    ),
  }));
  return type;
}

const unique = <T>(item: fc.Arbitrary<T>, key: (item: T) => unknown, maxLength: number): fc.Arbitrary<T[]> =>
  fc.uniqueArray(item, { selector: key, maxLength });

function arbitraryFields(known: Known, isUnion: boolean): fc.Arbitrary<Field[]> {
  const field = fc
    .tuple(named, memberName, fieldNumber, arbitraryType(known), fc.boolean(), fc.boolean())
    .filter(([, name]) => name !== "unknown")
    .map(([common, name, number, type, optional, sensitive]): Field => {
      // A message that is required may come back to where it is required: only lists, maps and optional fields are safe.
      const isNeeded = type.kind === "message" || type.kind === "union";
      return { ...common, name, number, type, optional: !isUnion && (optional || isNeeded), sensitive, span };
    });
  return unique(field, ({ name }) => name, 6).map((fields) =>
    fields
      .filter(({ number }, index) => fields.findIndex((other) => other.number === number) === index)
      .map((field, index) => (index % 3 === 0 ? { ...field, json: `json_${field.name}` } : field))
      .map((field, index) => (index % 4 === 1 ? { ...field, go: `Go${index}` } : field)),
  );
}

/** Numbers above those of fields, and a name that no field has. */
const reserved: fc.Arbitrary<Reserved> = fc.record({
  ranges: fc.constantFrom(
    [],
    [{ from: 19_000, to: 19_500 }],
    [
      { from: 50, to: 50 },
      { from: 52, to: 100 },
    ],
  ),
  names: fc.constantFrom([], ["reserved name", 'with "quotes"']),
});

const enumValues: fc.Arbitrary<EnumValue[]> = unique(
  fc.tuple(named, memberName, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constant(span)),
  ([, name]) => name,
  6,
).map((values) => {
  const seen = new Set([0]);
  const others = values.filter(([, , number]) => !seen.has(number) && seen.add(number));
  const zero: EnumValue = { name: "ZERO_", number: 0, span };
  return [zero, ...others.map(([common, name, number]) => ({ ...common, name, number, span }))];
});

function arbitraryMethods(known: Known, errors: readonly TypedError[]): fc.Arbitrary<Method[]> {
  const payload = fc.option(fc.record({ type: arbitraryType(known), stream: fc.boolean() }), {
    nil: undefined,
  });
  const method = fc
    .record({
      common: named,
      name: fc.stringMatching(/^[A-Z][A-Za-z_]{0,8}$/),
      request: payload,
      response: payload,
      throws: fc.subarray([...errors]),
      timeout: fc.option(fc.integer({ min: 1, max: 2 ** 31 - 1 }), { nil: undefined }),
      idempotent: fc.boolean(),
    })
    .map(({ common, ...method }): Method => ({
      ...common,
      ...method,
      localName: localName(method.name),
      span,
    }))
    .filter(({ localName }) => !["then", "constructor", "channel"].includes(localName));
  return unique(method, ({ localName }) => localName, 4);
}

const constants: fc.Arbitrary<
  { scalar: (typeof scalars)[number]; value: boolean | string | number | bigint }[]
> = fc.array(
  fc.oneof(
    fc.boolean().map((value) => ({ scalar: "bool" as const, value })),
    text.map((value) => ({ scalar: "string" as const, value })),
    fc.maxSafeInteger().map((value) => ({ scalar: "int" as const, value })),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => ({ scalar: "uint64" as const, value })),
    fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
      .map((value) => ({ scalar: "sfixed64" as const, value })),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((value) => ({ scalar: "float64" as const, value })),
    fc
      .double({ noNaN: true, min: -1e14, max: 1e14 })
      .map((value) => ({ scalar: "duration" as const, value })),
  ),
  { maxLength: 5 },
);

/** A file with a few declarations of every kind, which refer to each other. */
export const arbitrarySchema: fc.Arbitrary<SchemaFile> = fc
  .record({
    enums: fc.array(fc.record({ common: named, values: enumValues }), { minLength: 1, maxLength: 3 }),
    messages: fc.array(named, { minLength: 1, maxLength: 4 }),
    unions: fc.array(named, { minLength: 1, maxLength: 2 }),
    errors: fc.array(fc.record({ common: named, code: fc.constantFrom<StatusCode>(...statusCodes) }), {
      maxLength: 3,
    }),
    services: fc.array(named, { maxLength: 1 }),
    constants,
    doc,
    reserved,
  })
  .chain(({ enums, messages, unions, errors, services, constants, doc, reserved }) => {
    const declarations: Declaration[] = [];
    const file: SchemaFile = { path: "a.gorpc", package: "a.v1", doc, imports: [], declarations };
    const none: Reserved = { ranges: [], names: [] };
    const top = (name: string) => ({ name, fullName: `a.v1.${name}`, file, span });
    const made = {
      enums: enums.map(({ common, values }, index): Enum => ({
        kind: "enum",
        ...common,
        ...top(`Enum${index}`),
        values,
        reserved: none,
      })),
      messages: messages.map((common, index) => ({
        kind: "message" as const,
        ...common,
        ...top(`Message${index}`),
        fields: [] as Field[],
        reserved,
      })),
      unions: unions.map((common, index) => ({
        kind: "union" as const,
        ...common,
        ...top(`Union${index}`),
        members: [] as Field[],
        reserved,
      })),
      errors: errors.map(({ common, code }, index) => ({
        kind: "error" as const,
        ...common,
        ...top(`Failure${index}`),
        code,
        fields: [] as Field[],
        reserved: none,
      })),
      services: services.map((common, index) => ({
        kind: "service" as const,
        ...common,
        ...top(`Service${index}`),
        go: index === 0 ? "Legacy.Service" : undefined,
        methods: [] as Method[],
      })),
    };
    const fieldsOf = <T>(items: readonly T[], isUnion: boolean) =>
      fc.tuple(...items.map(() => arbitraryFields(made, isUnion)));
    return fc
      .record({
        messages: fieldsOf(made.messages, false),
        unions: fieldsOf(made.unions, true),
        errors: fieldsOf(made.errors, false),
        services: fc.tuple(...made.services.map(() => arbitraryMethods(made, made.errors))),
      })
      .map((bodies) => {
        made.messages.forEach((message, index) => (message.fields = bodies.messages[index]!));
        made.unions.forEach((union, index) => {
          const first: Field = {
            name: "text_",
            number: 45,
            type: { kind: "scalar", scalar: "string" },
            optional: false,
            sensitive: false,
            span,
          };
          union.members = [...bodies.unions[index]!, first];
        });
        made.errors.forEach((error, index) => {
          error.fields = bodies.errors[index]!.map((field, index) => ({
            ...field,
            name: `field${index}`,
            json: undefined,
          }));
        });
        made.services.forEach((service, index) => (service.methods = bodies.services[index]!));
        const values = constants.map(({ scalar, value }, index) => ({
          kind: "constant" as const,
          ...top(`CONSTANT_${index}`),
          type: { kind: "scalar" as const, scalar },
          value,
        }));
        // The file is the same for all bodies that are tried in it.
        declarations.splice(0, Infinity, ...values, ...made.enums, ...made.messages, ...made.unions);
        declarations.push(...made.errors, ...made.services);
        return file;
      });
  });
