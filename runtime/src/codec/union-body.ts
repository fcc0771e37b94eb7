import type { BinaryCodec } from "../schema/body.ts";
import type { Field } from "../schema/types.ts";
import type { UnionBody } from "../schema/union.ts";
import { NamedBody } from "./generated-body.ts";

/** What the generator writes for a union. */
export interface UnionDraft<T> extends BinaryCodec<T> {
  /** Runs at first use. */
  readonly members: () => readonly Field[];
}

class GeneratedUnionBody<T extends { readonly kind: string }> extends NamedBody<T> implements UnionBody<T> {
  readonly kind = "union";

  constructor(typeName: string, draft: UnionDraft<T>) {
    super(typeName, draft, draft.members);
  }

  get members(): readonly Field[] {
    return this.description;
  }
}

/** Makes a union's body from its straight-line code and its description. */
export function unionBody<T extends { readonly kind: string }>(
  typeName: string,
  draft: UnionDraft<T>,
): UnionBody<T> {
  return new GeneratedUnionBody(typeName, draft);
}
