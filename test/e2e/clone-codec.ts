import { deserialize, serialize } from "node:v8";
import { type Codec, registerCodec } from "@gorpc/runtime";

/** A codec of the test's own, as a user would write one: values as the structured clone algorithm keeps them, behind their length. */
const cloneCodec: Codec = {
  contentType: "application/x-clone",

  encode(body, value, writer) {
    const { type } = body;
    writer.bytes(serialize(isErrorType(type) ? fieldsOf(type.fields, value) : value));
  },

  decode<T>(_body: unknown, reader: Parameters<Codec["decode"]>[1]): T {
    return deserialize(reader.bytes()) as T;
  },
};

interface ErrorFields {
  readonly kind: "error";
  readonly fields: readonly { readonly name: string }[];
}

function isErrorType(type: unknown): type is ErrorFields {
  return typeof type === "object" && type !== null && (type as Partial<ErrorFields>).kind === "error";
}

/** An error would be cloned as an error, without its own properties. */
function fieldsOf(fields: ErrorFields["fields"], error: unknown): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(({ name }) => [name, (error as Readonly<Record<string, unknown>>)[name]]),
  );
}

registerCodec(cloneCodec.contentType, cloneCodec);

export const cloneContentType = cloneCodec.contentType;
