/** What stands inside braces: fields, enum values, rpcs and `reserved`. */
import type { IToken } from "chevrotain";
import type {
  FieldNode,
  MethodNode,
  NameNode,
  NumberNode,
  PayloadNode,
  ReservedItemNode,
  ReservedNode,
  ValueNode,
} from "../ast.ts";
import * as t from "../tokens.ts";
import { keywords } from "../tokens.ts";
import { ValueGrammar } from "./values.ts";
import type { AnnotationNode } from "../ast.ts";

/** What comes before the keyword of a declaration or an rpc. */
export interface Leading {
  /** The first token, annotations included. */
  readonly first: IToken;
  readonly head: {
    readonly annotations: readonly AnnotationNode[];
    readonly doc: string | undefined;
    /** Where the keyword begins. */
    readonly keyword: number;
  };
}

export abstract class MemberGrammar extends ValueGrammar {
  /** The doc comment between the token before a construct and the construct's keyword, name or number. */
  protected docBefore(token: IToken, previous: IToken): string | undefined {
    const from = Number.isNaN(previous.startOffset) ? 0 : t.endOf(previous);
    return this.source.docs.take(from, token.startOffset);
  }

  protected readonly leading = this.RULE("leading", (): Leading => {
    const previous = this.LA(0);
    const first = this.LA(1);
    const annotations: AnnotationNode[] = [];
    this.MANY(() => annotations.push(this.SUBRULE(this.annotation)));
    const doc = this.ACTION(() => this.docBefore(this.LA(1), previous));
    return { first, head: { annotations, doc, keyword: this.LA(1).startOffset } };
  });

  /** The annotations behind a field; a run that leads a declaration is not theirs. */
  private readonly trailing = this.RULE("trailing", () => {
    const annotations: AnnotationNode[] = [];
    this.MANY({
      GATE: () => !this.atDeclaration(),
      DEF: () => annotations.push(this.SUBRULE(this.annotation)),
    });
    return annotations;
  });

  protected readonly field = this.RULE("field", (fields: FieldNode[]) => {
    const doc = this.ACTION(() => this.docBefore(this.LA(1), this.LA(0)));
    const first = this.LA(1);
    const number = this.OPTION(() => this.CONSUME(t.Numeric));
    const name = this.CONSUME(t.Word, { ERR_MSG: "the field's name" });
    const early = this.OPTION1(() => this.CONSUME(t.Question));
    const colon = this.OPTION2(() => this.CONSUME(t.Colon));
    this.ACTION(() => {
      if (early !== undefined)
        this.foreign(early, early, "the `?` stands behind the type", `write \`${name.image}: T?\``);
      if (this.atType()) {
        if (colon === undefined) this.expected("`:`");
        return;
      }
      this.expected(colon === undefined ? "`:` and a type" : "a type");
      this.skip(() => this.is(1, t.AnnotationName) || this.atField() || this.atDeclaration());
    });
    const type = this.OPTION3({
      GATE: () => this.atType(),
      DEF: () =>
        this.guarded(
          () => this.SUBRULE(this.type),
          () => this.is(1, t.AnnotationName) || this.atField() || this.atDeclaration(),
        ),
    });
    const last = this.LA(0);
    this.OPTION4(() => {
      const equals = this.CONSUME(t.Equals);
      this.SUBRULE(this.literal);
      this.ACTION(() => {
        const help = number === undefined ? "the number comes first: `1 name: type`" : "remove it";
        this.foreign(equals, this.LA(0), "nothing is assigned to a field: it has no default", help);
      });
    });
    const annotations = this.SUBRULE(this.trailing);
    this.ACTION(() => {
      fields.push({
        number: number && this.number(number),
        name: this.name(name),
        doc,
        type: early && type ? { kind: "optional", inner: type, span: type.span } : type,
        annotations,
        span: this.span(first, last),
      });
    });
  });

  private atType(): boolean {
    return this.is(1, t.Word, t.DeepType) && !this.atField() && !this.atDeclaration();
  }

  protected readonly value = this.RULE("value", (values: ValueNode[]) => {
    const doc = this.ACTION(() => this.docBefore(this.LA(1), this.LA(0)));
    const first = this.LA(1);
    let number = this.OPTION(() => this.CONSUME(t.Numeric));
    const name = this.CONSUME(t.Word, { ERR_MSG: "the value's name" });
    const last = this.LA(0);
    this.OPTION1(() => {
      const equals = this.CONSUME(t.Equals);
      const behind = this.CONSUME1(t.Numeric);
      this.ACTION(() => {
        this.foreign(
          equals,
          behind,
          "the number of an enum's value comes first",
          `write \`${behind.image} ${name.image}\``,
        );
        number ??= behind;
      });
    });
    const annotations = this.SUBRULE(this.trailing);
    this.ACTION(() => {
      values.push({
        number: number && this.number(number),
        name: this.name(name),
        doc,
        annotations,
        span: this.span(first, last),
      });
    });
  });

  // Reserved numbers and names

  protected readonly reserved = this.RULE("reserved", (statements: ReservedNode[]) => {
    const keyword = this.CONSUME(keywords.reserved);
    const items: ReservedItemNode[] = [];
    this.SUBRULE(this.reservedItem, { ARGS: [items] });
    this.MANY({
      GATE: () => !(this.is(2, t.Numeric) && this.is(3, t.Word) && this.LA(3).image !== "to"),
      DEF: () => {
        this.CONSUME(t.Comma);
        this.SUBRULE1(this.reservedItem, { ARGS: [items] });
      },
    });
    this.ACTION(() => statements.push({ items, span: this.span(keyword, this.LA(0)) }));
  });

  private readonly reservedItem = this.RULE("reservedItem", (items: ReservedItemNode[]) => {
    this.OR({
      ERR_MSG: "a number, a range `12..15` or a name in quotes",
      DEF: [
        {
          ALT: () => {
            const from = this.CONSUME(t.Numeric);
            const to = this.OPTION({
              GATE: () => !this.is(1, t.Numeric) || this.LA(1).image.startsWith("-"),
              DEF: () => this.SUBRULE(this.rangeEnd, { ARGS: [from] }),
            });
            this.ACTION(() => {
              const start = this.number(from);
              items.push({ kind: "range", from: start, to: to ?? start, span: this.span(from, this.LA(0)) });
            });
          },
        },
        {
          ALT: () => {
            const name = this.CONSUME(t.Text);
            this.ACTION(() => items.push({ kind: "name", name: this.text(name), span: this.span(name) }));
          },
        },
        {
          ALT: () => {
            const name = this.CONSUME(t.Word);
            this.ACTION(() => {
              const span = this.span(name);
              this.foreign(name, name, "reserved names stand in quotes", `write \`"${name.image}"\``);
              items.push({ kind: "name", name: { kind: "text", value: name.image, span }, span });
            });
          },
        },
      ],
    });
  });

  /** `..15`; also `to 15` and `-15`, which are reported. */
  private readonly rangeEnd = this.RULE("rangeEnd", (from: IToken): NumberNode => {
    const dots = this.OPTION(() => this.CONSUME(t.DotDot));
    const to = this.OPTION1({ GATE: () => this.LA(1).image === "to", DEF: () => this.CONSUME(t.Word) });
    const end = this.CONSUME(t.Numeric);
    return this.ACTION(() => {
      const number = this.number(end);
      if (dots !== undefined && to === undefined) return number;
      const text = number.text.replace(/^-/, "");
      this.foreign(from, end, "a range of numbers is written with `..`", `write \`${from.image}..${text}\``);
      return { ...number, text };
    });
  });

  // Rpcs

  protected readonly method = this.RULE("method", (methods: MethodNode[]) => {
    const leading = this.SUBRULE(this.leading);
    this.CONSUME(keywords.rpc);
    const name = this.CONSUME(t.Word, { ERR_MSG: "the rpc's name" });
    const request = this.SUBRULE(this.request);
    const response = this.OPTION({ GATE: () => this.atResponse(), DEF: () => this.SUBRULE(this.response) });
    const throws: NameNode[] = [];
    this.OPTION1(() =>
      this.guarded(
        () => this.SUBRULE(this.throwsClause, { ARGS: [throws] }),
        () => this.atMethodEnd(),
      ),
    );
    const last = this.LA(0);
    this.OPTION2(() => {
      const open = this.CONSUME(t.LCurly);
      this.ACTION(() => {
        this.skip(() => this.atMethodEnd());
        this.foreign(
          open,
          open,
          "an rpc has no body",
          "its options are annotations before it: `@timeout(5s) rpc ...`",
        );
      });
      this.OPTION3(() => this.CONSUME(t.RCurly));
    });
    this.ACTION(() => {
      methods.push({
        name: this.name(name),
        ...leading.head,
        request,
        response,
        throws,
        span: this.span(leading.first, last),
      });
    });
  });

  private atMethodEnd(): boolean {
    return this.atRpc() || this.atDeclaration();
  }

  private atPayloadEnd(): boolean {
    return this.is(1, t.RParen, t.Arrow, keywords.throws) || this.atMethodEnd();
  }

  private atResponse(): boolean {
    return this.is(1, t.Arrow, t.Colon) || this.LA(1).image === "returns";
  }

  private readonly request = this.RULE("request", (): PayloadNode | undefined => {
    const open = this.OPTION(() => this.CONSUME(t.LParen));
    this.ACTION(() => {
      if (open === undefined) this.expected("`(`", "an rpc that takes nothing is written `rpc Name()`");
    });
    let failed = false;
    const payload = this.OPTION1({
      GATE: () => open !== undefined && !this.is(1, t.RParen) && !this.atMethodEnd(),
      DEF: () => {
        const payload = this.guarded(
          () => this.SUBRULE(this.payload),
          () => this.atPayloadEnd(),
        );
        failed = payload === undefined;
        return payload;
      },
    });
    this.ACTION(() => {
      if (open === undefined || failed || this.is(1, t.RParen)) return;
      this.expected(
        payload === undefined ? "a type or `)`" : "`)`",
        this.is(1, t.Comma) ? "an rpc takes one request" : undefined,
      );
      this.skip(() => this.atPayloadEnd());
    });
    this.OPTION2(() => this.CONSUME(t.RParen));
    return payload;
  });

  private readonly response = this.RULE("response", (): PayloadNode | undefined => {
    const arrow = this.OR([
      { ALT: () => this.CONSUME(t.Arrow) },
      { ALT: () => this.CONSUME(t.Colon) },
      { ALT: () => this.CONSUME(t.Word) },
    ]);
    const open = this.OPTION(() => this.CONSUME(t.LParen));
    let failed = false;
    const payload = this.OPTION1({
      GATE: () => !this.is(1, t.RParen) && !this.atMethodEnd(),
      DEF: () => {
        const payload = this.guarded(
          () => this.SUBRULE(this.payload),
          () => this.atPayloadEnd(),
        );
        failed = payload === undefined;
        return payload;
      },
    });
    const close = this.OPTION2({ GATE: () => open !== undefined, DEF: () => this.CONSUME(t.RParen) });
    this.ACTION(() => {
      if (failed) return;
      if (arrow.image !== "->" || open !== undefined) {
        const help = open !== undefined && payload === undefined ? "leave it out" : "write `-> Response`";
        this.foreign(
          arrow,
          close ?? arrow,
          "what an rpc answers stands behind `->`, without parentheses",
          help,
        );
      } else if (payload === undefined) {
        this.expected("a type", "an rpc that answers nothing is written without `->`");
      }
    });
    return payload;
  });

  private readonly payload = this.RULE("payload", (): PayloadNode => {
    const stream = this.OPTION(() => this.CONSUME(keywords.stream));
    this.OPTION1({
      GATE: () => this.is(2, t.Colon),
      DEF: () => {
        const name = this.CONSUME(t.Word);
        const colon = this.CONSUME(t.Colon);
        this.ACTION(() =>
          this.foreign(name, colon, "a request is a type alone, it has no name", "remove the name"),
        );
      },
    });
    const type = this.SUBRULE(this.type);
    return { stream: stream !== undefined, type };
  });

  /** `throws A, B`; also `throws A | B`, which is reported. */
  private readonly throwsClause = this.RULE("throwsClause", (throws: NameNode[]) => {
    this.CONSUME(keywords.throws);
    this.SUBRULE(this.thrown, { ARGS: [throws] });
    this.MANY({
      GATE: () => this.is(1, t.Comma) || this.LA(1).image === "|",
      DEF: () => {
        const separator = this.OR([
          { ALT: () => this.CONSUME(t.Comma) },
          { ALT: () => this.CONSUME(t.Unknown) },
        ]);
        this.ACTION(() => {
          if (separator.image === "|")
            this.foreign(separator, separator, "errors are separated by `,`", "write `,`");
        });
        this.SUBRULE1(this.thrown, { ARGS: [throws] });
      },
    });
  });

  private readonly thrown = this.RULE("thrown", (throws: NameNode[]) => {
    const name = this.CONSUME(t.Word, { ERR_MSG: "the name of an error" });
    this.ACTION(() => throws.push(this.name(name)));
  });
}
