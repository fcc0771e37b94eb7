/** The grammar's small parts: types, literals and annotations. */
import type { IToken, ParserMethod } from "chevrotain";
import type { LiteralNode, TypeNode } from "../ast.ts";
import { through } from "../../span.ts";
import * as t from "../tokens.ts";
import { keywords } from "../tokens.ts";
import { RecoveringParser } from "./recovery.ts";

const genericHelp = (name: string): string =>
  /^(?:Map|Record|Dictionary)$/.test(name)
    ? "write `map<K, V>`"
    : "a list is written `T[]`, a map `map<K, V>`";

/** What protobuf writes before a type. */
const prefixes: Readonly<Record<string, string>> = {
  repeated: "a list is written `T[]`",
  optional: "an optional field is written `name: T?`",
  required: "remove it: every field is required that has no `?` behind its type",
};

export abstract class ValueGrammar extends RecoveringParser {
  protected readonly type: ParserMethod<[], TypeNode> = this.RULE("type", () => {
    let type = this.OR({
      MAX_LOOKAHEAD: 1,
      IGNORE_AMBIGUITIES: true,
      ERR_MSG: "a type",
      DEF: [
        { ALT: () => this.SUBRULE(this.map) },
        { ALT: () => this.SUBRULE(this.typeName) },
        { ALT: () => this.SUBRULE(this.deepType) },
      ],
    });
    this.MANY(() => {
      this.OR1([
        {
          ALT: () => {
            this.CONSUME(t.LSquare);
            const close = this.CONSUME(t.RSquare);
            this.ACTION(() => {
              type = { kind: "list", element: type, span: through(type.span, this.span(close)) };
            });
          },
        },
        {
          ALT: () => {
            const mark = this.CONSUME(t.Question);
            this.ACTION(() => {
              if (type.kind === "optional") this.foreign(mark, mark, "one `?` is enough", "remove it");
              else type = { kind: "optional", inner: type, span: through(type.span, this.span(mark)) };
            });
          },
        },
      ]);
    });
    return type;
  });

  private readonly map: ParserMethod<[], TypeNode> = this.RULE("map", () => {
    const keyword = this.CONSUME(keywords.map);
    this.CONSUME(t.LAngle, { ERR_MSG: "`<` (a map is written `map<K, V>`)" });
    const key = this.SUBRULE(this.type);
    this.CONSUME(t.Comma, { ERR_MSG: "`,` and the type of the values" });
    const value = this.SUBRULE1(this.type);
    const close = this.CONSUME(t.RAngle);
    return this.ACTION((): TypeNode => ({ kind: "map", key, value, span: this.span(keyword, close) }));
  });

  private readonly typeName: ParserMethod<[], TypeNode> = this.RULE("typeName", (): TypeNode => {
    const first = this.CONSUME(t.Word);
    const qualified = this.OPTION(() => {
      let last = first;
      this.AT_LEAST_ONE(() => {
        this.CONSUME(t.Dot);
        last = this.CONSUME1(t.Word);
      });
      return this.ACTION(() => {
        const name = `\`${last.image}\``;
        this.foreign(
          first,
          last,
          "types go by their own name, without a package",
          `import ${name} and write ${name}`,
        );
        return true;
      });
    });
    const generic = this.OPTION1(() => {
      this.CONSUME(t.LAngle);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, ERR_MSG: "a type", DEF: () => this.SUBRULE(this.type) });
      const last = this.CONSUME(t.RAngle);
      return this.ACTION(() => {
        this.foreign(first, last, "there are no generic types", genericHelp(first.image));
        return true;
      });
    });
    const doubled = this.OPTION2({
      GATE: () => this.is(1, t.Identifier, keywords.map) && !this.startsLine() && !this.atUnnumberedField(),
      DEF: () => {
        this.ACTION(() => this.reportSecondType(first));
        this.SUBRULE1(this.type);
        return true;
      },
    });
    return this.ACTION(() => {
      if (qualified ?? generic ?? doubled) return { kind: "lost", span: this.span(first, this.LA(0)) };
      const { text, span } = this.name(first);
      return { kind: "name", text, span };
    });
  });

  private reportSecondType(first: IToken): void {
    const help = Object.hasOwn(prefixes, first.image) ? prefixes[first.image] : undefined;
    if (help === undefined) this.expected("an annotation or the end of the field");
    else this.foreign(first, first, `a type is not written with \`${first.image}\``, help);
  }

  /** Reported already, by the pass over the tokens that put it there. */
  private readonly deepType = this.RULE("deepType", (): TypeNode => {
    const token = this.CONSUME(t.DeepType);
    return this.ACTION(() => ({ kind: "lost", span: this.span(token) }));
  });

  /**
   * Between the items of a list, and allowed behind the last. Answers false, and reports, where it is missing before an
   * item; `isItem` tells whether one follows.
   */
  protected readonly comma = this.RULE("comma", (close: string, isItem: () => boolean): boolean => {
    const comma = this.OPTION(() => this.CONSUME(t.Comma));
    return this.ACTION(() => {
      if (comma !== undefined || !isItem()) return true;
      this.expected(`\`,\` or ${close}`);
      return false;
    });
  });

  protected readonly literal = this.RULE("literal", (): LiteralNode =>
    this.OR<LiteralNode>({
      ERR_MSG: "a value",
      DEF: [
        {
          ALT: () => {
            const token = this.CONSUME(t.Text);
            return this.ACTION(() => this.text(token));
          },
        },
        {
          ALT: () => {
            const token = this.CONSUME(t.Numeric);
            return this.ACTION(() => this.number(token));
          },
        },
        {
          ALT: () => {
            const token = this.CONSUME(t.Word);
            return this.ACTION(() => ({ kind: "word", ...this.name(token) }));
          },
        },
      ],
    }),
  );
}
