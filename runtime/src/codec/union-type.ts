import type { BinaryCodec } from "../schema/body.ts";
import type { BinaryOptions, JsonValue } from "../schema/message.ts";
import type { Field } from "../schema/types.ts";
import type { UnionType } from "../schema/union.ts";
import { GeneratedBody } from "./generated-body.ts";
import { fromJson, toJson } from "./json.ts";
import { decodeBody, encodeBody } from "./proto.ts";

/** What the generator writes for a union. */
export interface UnionDraft<T> extends BinaryCodec<T> {
  /** Runs at first use. */
  readonly members: () => readonly Field[];
}

class GeneratedUnion<T extends { readonly kind: string }>
  extends GeneratedBody<T, readonly Field[]>
  implements UnionType<T>
{
  readonly kind = "union";
  readonly typeName: string;

  constructor(typeName: string, draft: UnionDraft<T>) {
    super(draft, draft.members);
    this.typeName = typeName;
  }

  get type(): this {
    return this;
  }

  get members(): readonly Field[] {
    return this.description;
  }

  encode(value: T, options?: BinaryOptions): Uint8Array {
    return encodeBody(this, value, options);
  }

  decode(bytes: Uint8Array, options?: BinaryOptions): T {
    return decodeBody(this, bytes, options);
  }

  toJson(value: T): JsonValue {
    return toJson(this, value);
  }

  fromJson(json: JsonValue): T {
    return fromJson(this, json) as T;
  }
}

/** Makes a union's type from its straight-line code and its description. */
export function union<T extends { readonly kind: string }>(
  typeName: string,
  draft: UnionDraft<T>,
): UnionType<T> {
  return new GeneratedUnion(typeName, draft);
}
